"""What the outcomes of offers say: quiet probability, persuasion and friction, with uncertainty."""
