package org.unmute.kernels.device.backend;

import java.util.Arrays;
import java.util.List;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.View;

/** Checks of element types: a kernel reads memory as the type it was written for. */
final class Types {
    private Types() {}

    /** Refuses views of another type; answers the type. */
    static DType require(String operation, DType type, View... views) {
        for (View v : views) {
            if (v.dtype() != type) {
                throw new IllegalArgumentException(operation + ": the device computes in " + type + " here, got "
                        + v.dtype() + v.shape() + ": cast it, or use --device cpu");
            }
        }
        return type;
    }

    /** Refuses a view whose type is none of these; answers its type. */
    static DType oneOf(String operation, View view, DType... types) {
        List<DType> known = Arrays.asList(types);
        if (!known.contains(view.dtype())) {
            throw new IllegalArgumentException(operation + ": the device computes in " + known + " here, got "
                    + view.dtype() + view.shape() + ": cast it, or use --device cpu");
        }
        return view.dtype();
    }
}
