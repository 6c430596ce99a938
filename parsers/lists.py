"""Arrow lists whose elements are written anew."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def relisted(column: pa.Array, elements: pa.Array) -> pa.Array:
    """Lists as long as those of a column, of other elements (as many as `column.flatten()` has); unset where it is."""
    lengths = pc.list_value_length(column).fill_null(0).to_numpy()
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), elements, mask=column.is_null())
