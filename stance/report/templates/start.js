attachReport(JSON.parse(document.getElementById("data").textContent));
