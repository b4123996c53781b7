package org.unmute.kernels.device.backend;

import java.util.Optional;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;

/**
 * How attention on tensor cores ({@code attention_tensor.cu}) is divided among groups: one group for each 64 queries
 * and 64 columns of the values.
 *
 * @param form the form to which queries, keys, values and weights are rounded
 * @param batch number of entries, at least 1
 * @param queries queries of an entry, at least 1
 * @param depth length of a query and of a key
 * @param width length of a value, at least 1
 */
record TensorAttention(Form form, long batch, long queries, long depth, long width) {
    /** Source file of the kernels. */
    static final String FAMILY = "attention_tensor";
    /** Queries and columns of a group, and keys of a tile. */
    static final int SIDE = 64;
    /** Items in a group. */
    static final int ITEMS = 128;

    /** A form to which numbers are rounded. */
    enum Form {
        /** Two planes in half precision, with the accuracy of float32. */
        SPLIT(2),
        /** One plane: 10 mantissa bits, as in TF32. */
        HALF(1);

        private final int planes;

        Form(int planes) {
            this.planes = planes;
        }

        /**
         * The kernel of this form.
         *
         * @param deep whether it processes the depth in slices
         */
        Kernel kernel(boolean deep) {
            return new Kernel(FAMILY, "attention_" + (this == SPLIT ? "split" : "half") + (deep ? "_deep" : ""));
        }

        /** Bytes of shared memory: each plane of queries, keys and values, the scales of their rows, and an offset. */
        int sharedBytes() {
            return 3 * SIDE * (planes * SIDE * Short.BYTES + Float.BYTES) + Long.BYTES;
        }
    }

    /** The form for which the device has kernels; empty if the portable kernel runs instead. */
    static Optional<Form> form(KernelFamily backend) {
        for (Form form : Form.values()) {
            if (backend.offers(form.kernel(false))) {
                return Optional.of(form);
            }
        }
        return Optional.empty();
    }

    /** The kernel. */
    Kernel kernel() {
        return form.kernel(depth > SIDE);
    }

    /** Its grid. */
    LaunchPlan launch() {
        long tiles = Math.multiplyExact(Math.ceilDiv(queries, SIDE), Math.ceilDiv(width, SIDE));
        return LaunchPlan.tasks(Math.multiplyExact(batch, tiles), ITEMS).withShared(form.sharedBytes());
    }
}
