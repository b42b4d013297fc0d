X (NAME, "name")
