"""How StudyHub bears load: `make load`, `make load-million`, and what a hundred thousand learners would take."""
