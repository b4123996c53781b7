package org.unmute.bench.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.unmute.tensor.backend.Backend;

/**
 * A row of the table.
 *
 * @param name title of the row
 * @param order kind and sizes for {@code torch/worker.py}: {@code match batch=16 tokens=512}
 * @param operations float32 multiplications and additions of the result's definition
 * @param bytes bytes of inputs and results, each read or written once
 * @param tolerance max difference of two results, relative to the max absolute value
 * @param precision of operands, as {@code --precision} takes it
 * @param opening uploads the inputs to a backend, which must be the current one
 */
record Case(
        String name,
        String order,
        double operations,
        double bytes,
        double tolerance,
        String precision,
        Function<Backend, Work> opening) {
    /** No rounding of operands. */
    static final String FP32 = "fp32";

    /** Work to time, with its inputs in device memory. */
    interface Work extends AutoCloseable {
        /** Runs once; may return before the device is done. */
        void run();

        /** Runs once or a few times and returns the results. Called before the work is timed. */
        Map<String, float[]> results();

        /** Releases the memory. */
        @Override
        void close();
    }

    /** The sizes of the rows. */
    enum Sizes {
        /** For a GPU. */
        FULL(0.2),
        /** For trying the check on a CPU device. */
        SMALL(0.005);

        /** Seconds per round during which a row's work is repeated. */
        final double roundSeconds;

        Sizes(double roundSeconds) {
            this.roundSeconds = roundSeconds;
        }
    }

    /** All rows: in float32, then, if {@code precisions}, those that have kernels of lower precision. */
    static List<Case> all(Sizes sizes, boolean precisions) {
        List<Case> rows = new ArrayList<>(rows(sizes, FP32));
        if (sizes == Sizes.SMALL) {
            rows.add(KernelCases.attention(2, 2, 65, 64));
            rows.add(EatWork.row(2, 128, 2, 64));
            rows.add(ProtobinWork.row(2, 33, 96, 10, 13));
        } else {
            rows.add(KernelCases.attention(16, 12, 513, 64));
            rows.add(EatWork.row(1, 768, 12, 1024));
            rows.add(EatWork.row(16, 768, 12, 1024));
            rows.add(ProtobinWork.row(16, 512, 768, 527, 20));
        }
        if (precisions) {
            rows.addAll(rows(sizes, "tf32"));
            rows.addAll(rows(sizes, "bf16"));
        }
        return rows;
    }

    private static List<Case> rows(Sizes sizes, String precision) {
        if (sizes == Sizes.SMALL) {
            return List.of(
                    KernelCases.matmul(130, 96, 200, precision),
                    KernelCases.match(2, 33, 96, 130, false, precision),
                    KernelCases.match(2, 33, 96, 130, true, precision));
        }
        int rows = 16 * 513;
        return List.of(
                KernelCases.matmul(rows, 768, 2304, precision),
                KernelCases.matmul(rows, 768, 768, precision),
                KernelCases.matmul(rows, 768, 3072, precision),
                KernelCases.matmul(rows, 3072, 768, precision),
                KernelCases.matmul(4096, 4096, 4096, precision),
                KernelCases.match(16, 512, 768, 5270, false, precision),
                KernelCases.match(16, 512, 768, 5270, true, precision),
                KernelCases.match(16, 512, 768, 10540, false, precision),
                KernelCases.match(16, 512, 768, 10540, true, precision));
    }
}
