package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.TensorCores;

/** The description of a device's units for users. */
class ComputeUnitsTest {
    private static final CublasLibrary THERE = new CublasLibrary("13.1", "libcublas.so.13", "", null);
    private static final CublasLibrary MISSING = CublasLibrary.missing("it was not found");

    private static String units(Precision precision, TensorCores choice, int capability, CublasLibrary cublas) {
        return new ComputeUnits(precision, choice, capability, capability == 75 ? 64 << 10 : 99 << 10, cublas)
                .describe();
    }

    @Test
    void float32() {
        assertThat(units(Precision.FP32, TensorCores.AUTO, 90, THERE))
                .isEqualTo("tensor cores: binarized matching (exact), large matrix products (float32's accuracy),"
                        + " attention (float32's accuracy); other matrix products by cuBLAS 13.1 (libcublas.so.13); the"
                        + " rest in float32");
        assertThat(units(Precision.FP32, TensorCores.AUTO, 89, MISSING))
                .isEqualTo("tensor cores: binarized matching (exact); matrix products by our own kernel (cuBLAS: it was"
                        + " not found); the rest in float32");
        assertThat(units(Precision.FP32, TensorCores.NEVER, 90, THERE))
                .isEqualTo("matrix products by cuBLAS 13.1 (libcublas.so.13); all in float32");
        assertThat(units(Precision.FP32, TensorCores.ALWAYS, 75, MISSING))
                .isEqualTo("matrix products by our own kernel (cuBLAS: it was not found); all in float32");
    }

    @Test
    void lowerPrecision() {
        assertThat(units(Precision.BF16, TensorCores.AUTO, 90, THERE))
                .isEqualTo("tensor cores: binarized matching (exact), attention (10 mantissa bits), matrix products"
                        + " and float prototypes (bfloat16); the rest in float32");
        assertThat(units(Precision.TF32, TensorCores.NEVER, 80, THERE))
                .isEqualTo("tensor cores: matrix products and float prototypes (TF32); the rest in float32");
        assertThat(units(Precision.TF32, TensorCores.AUTO, 75, THERE))
                .isEqualTo("matrix products by cuBLAS 13.1 (libcublas.so.13); all in float32, since TF32 needs compute"
                        + " capability 8.0");
    }
}
