package org.unmute.kernels.device.backend;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.View;

/** Checks element types. */
final class Types {
    private Types() {}

    /** Rejects views of any other type and returns the type. */
    static DType require(String operation, DType type, View... views) {
        for (View v : views) {
            if (v.dtype() != type) {
                throw new IllegalArgumentException(operation + ": the device computes in " + type + " here, got "
                        + v.dtype() + v.shape() + ": cast it, or use --device cpu");
            }
        }
        return type;
    }

    /** Rejects views that are neither all F32 nor all I32 and returns their type. */
    static DType requireNumeric(String operation, @Nullable View... views) {
        DType type = views[0].dtype();
        if (type != DType.F32 && type != DType.I32) {
            throw new IllegalArgumentException(operation + ": the device computes in F32 or I32 here, got " + type
                    + views[0].shape() + ": cast it, or use --device cpu");
        }
        return require(operation, type, views);
    }
}
