"""A page on this machine: texts in, their statements with stances out, corrections kept."""
