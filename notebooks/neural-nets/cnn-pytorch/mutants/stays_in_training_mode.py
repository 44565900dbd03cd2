"""The model is never put into evaluation mode: each stone is judged by the company it keeps."""
# loses: {probabilities: 2}
### BEGIN SOLUTION probabilities
return torch.softmax(model(prepare(pictures)), dim=1)
### END SOLUTION
### BEGIN SOLUTION classify
return model(prepare(pictures)).argmax(dim=1)
### END SOLUTION
