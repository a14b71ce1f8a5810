"""What turns texts into scores, one file each."""
