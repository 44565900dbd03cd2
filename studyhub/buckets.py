"""`python -m studyhub.buckets`: makes the buckets of the environment that are not there. No Django.

For a server of one's own, before anything else starts; a provider's buckets are made by whoever pays for them.
"""

from __future__ import annotations

import sys

from studyhub import env, storages

# What a server says of a bucket that is there already; `BucketAlreadyExists` is somebody else's, and an error.
THERE = "BucketAlreadyOwnedByYou"


def make(bucket: str) -> bool:
    """Make `bucket`; False where it was there. Raises botocore's ClientError where the server refuses."""
    from botocore.exceptions import ClientError
    from botocore.session import Session

    server = storages.server()
    client = Session().create_client(
        "s3",
        endpoint_url=server.endpoint,
        region_name=server.region,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        config=storages.client_config(server),
    )
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
    else:
        return False
    try:
        client.create_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] != THERE:  # another one was a moment earlier
            raise
        return False
    return True


def main() -> None:
    """The program. Says what it made."""
    places = [storages.run_store()]
    if address := env.text(storages.STORAGE):
        places.append(storages.place(address, storages.STORAGE))
    for bucket in sorted({found.bucket for found in places if isinstance(found, storages.Place)}):
        print(f"{bucket}: {'made' if make(bucket) else 'is there'}")  # noqa: T201 - it is a program


if __name__ == "__main__":
    try:
        main()
    except env.SettingError as error:
        sys.exit(str(error))
