package org.unmute.kernels.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/** What cuBLAS computes, as plain loops on the CPU. */
final class ColumnProduct {
    private ColumnProduct() {}

    static void multiply(CublasGemm g) {
        for (long entry = 0; entry < g.batch(); entry++) {
            for (long column = 0; column < g.columns(); column++) {
                for (long row = 0; row < g.rows(); row++) {
                    float sum = 0;
                    for (long i = 0; i < g.inner(); i++) {
                        sum = Math.fma(read(g.first(), entry, row, i), read(g.second(), entry, i, column), sum);
                    }
                    memory(g.result()).setAtIndex(JAVA_FLOAT, at(g.result(), entry, row, column), sum);
                }
            }
        }
    }

    private static MemorySegment memory(CublasGemm.Matrix m) {
        return ShimDevice.segment(m.memory());
    }

    private static float read(CublasGemm.Matrix m, long entry, long row, long column) {
        return memory(m).getAtIndex(JAVA_FLOAT, at(m, entry, row, column));
    }

    private static long at(CublasGemm.Matrix m, long entry, long row, long column) {
        return m.offset()
                + entry * m.stride()
                + (m.transposed() ? column + row * m.leading() : row + column * m.leading());
    }
}
