# SPDX-License-Identifier: Apache-2.0
"""clip-retrieval's Python client: clip_client.py URL INDEX PICTURE, and where its page is."""
import importlib.util
import json
import pathlib
import sys

spec = importlib.util.find_spec("clip_retrieval")  # the package itself would import what is not installed
package = pathlib.Path(next(iter(spec.submodule_search_locations)))
spec = importlib.util.spec_from_file_location("clip_client", package / "clip_client.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
url, index, picture = sys.argv[1:4]
client = module.ClipClient(url=url + "/knn-service", indice_name=index, num_images=5)
every = module.ClipClient(url=url + "/knn-service", indice_name=index, num_images=8, deduplicate=False, aesthetic_score=0)
text = client.query(text="two cats")
out = {"text": text, "every": every.query(text="two cats"), "image": every.query(image=picture), "page": None}
page = list(package.glob("**/front/build")) + list(package.parent.glob("front/build"))
out["page"] = str(page[0]) if page else None
out["wrong"] = module.ClipClient(url=url + "/knn-service", indice_name="another").query(text="x")
json.dump(out, sys.stdout)
