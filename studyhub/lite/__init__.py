"""JupyterLite for the exercises that need NumPy alone: a notebook that runs in the visitor's own browser."""
