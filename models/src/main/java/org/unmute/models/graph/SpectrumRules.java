package org.unmute.models.graph;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Functions;
import org.unmute.tensor.Tensor;

/** Fourier transforms, as products with matrices of cosines and sines, and the windows before them. */
final class SpectrumRules {
    private SpectrumRules() {}

    static void addTo(Map<String, OpRule> rules) {
        rules.put(
                "DFT",
                OpRule.one(SpectrumRules::dft, "axis", "inverse", "onesided").unless(node -> {
                    boolean both = node.whole("inverse", 0) != 0 && node.whole("onesided", 0) != 0;
                    return both ? Optional.of("onesided=1 with inverse=1 is not computed") : Optional.empty();
                }));
        rules.put("STFT", OpRule.one(SpectrumRules::stft, "onesided"));
        rules.put("HannWindow", window(0.5, 0.5, 0));
        rules.put("HammingWindow", window(25.0 / 46, 21.0 / 46, 0));
        rules.put("BlackmanWindow", window(0.42, 0.5, 0.08));
    }

    private static OpRule window(double a, double b, double c) {
        return OpRule.one(
                call -> {
                    int size = Math.toIntExact(
                            GraphValue.bounded((long) call.value(0).item())[0]);
                    int period = call.node().whole("periodic", 1) != 0 ? size : size - 1;
                    double[] all = new double[size];
                    Arrays.setAll(all, i -> {
                        double angle = 2 * Math.PI * i / period;
                        return a - b * Math.cos(angle) + c * Math.cos(2 * angle);
                    });
                    return GraphValue.of(type(call), all, size);
                },
                "periodic",
                "output_datatype");
    }

    private static OnnxType type(NodeCall call) {
        OnnxType type = OnnxType.of(call.node().whole("output_datatype", 1));
        if (type == null || !type.isFloating()) {
            throw new IllegalArgumentException("output_datatype is no type of floats");
        }
        return type;
    }

    /** The transform of {@code [..., n]} along its last axis: {@code [..., bins, 2]}. */
    private static Tensor transformed(Tensor real, @Nullable Tensor imaginary, int n, int bins, boolean inverse) {
        int given = real.shape().dim(-1);
        Tensor re = fitted(real, given, n);
        double turn = (inverse ? 2 : -2) * Math.PI / n;
        double scale = inverse ? 1.0 / n : 1;
        Tensor cos = matrix(re, n, bins, i -> scale * Math.cos(turn * i));
        Tensor sin = matrix(re, n, bins, i -> scale * Math.sin(turn * i));
        Tensor a = re.matmul(cos);
        Tensor b = re.matmul(sin);
        if (imaginary != null) {
            Tensor im = fitted(imaginary, given, n);
            a = a.minus(im.matmul(sin));
            b = b.plus(im.matmul(cos));
        }
        return Tensor.stack(-1, a, b);
    }

    private static Tensor fitted(Tensor x, int given, int n) {
        return given < n ? x.pad(-1, 0, (long) n - given, 0) : x.slice(-1, 0, n);
    }

    /** {@code [n, bins]}; the angle's multiple is taken modulo n, where cosines are exact. */
    private static Tensor matrix(Tensor like, int n, int bins, IntToDoubleFunction f) {
        double[] all = new double[Math.toIntExact(GraphValue.bounded((long) n * bins)[0])];
        Arrays.setAll(all, i -> f.applyAsDouble((int) ((long) (i / bins) * (i % bins) % n)));
        Tensor exact = Tensor.of(GraphValue.EXACT, all, n, bins).cast(like.dtype());
        return exact.to(like.backend());
    }

    private static GraphValue dft(NodeCall call) {
        Tensor x = call.tensor(0);
        int rank = x.rank();
        long stated = call.opset() < 20
                ? call.node().whole("axis", 1)
                : call.optional(2) == null ? -2 : (long) call.value(2).item();
        int axis = NodeCall.axis(stated, rank);
        if (axis == rank - 1) {
            throw new IllegalArgumentException("axis " + stated + " holds real and imaginary parts");
        }
        Tensor turned = x.transpose(axis, -2);
        Tensor real = turned.select(-1, 0);
        Tensor imaginary = x.size(-1) == 2 ? turned.select(-1, 1) : null;
        long length =
                call.optional(1) == null ? x.size(axis) : (long) call.value(1).item();
        int n = Math.toIntExact(length);
        int bins = call.node().whole("onesided", 0) != 0 ? n / 2 + 1 : n;
        Tensor y = transformed(real, imaginary, n, bins, call.node().whole("inverse", 0) != 0);
        return call.result(y.transpose(axis, -2));
    }

    private static GraphValue stft(NodeCall call) {
        Tensor x = call.tensor(0);
        int step = (int) call.value(1).item();
        Tensor window = call.optionalTensor(2);
        int n = call.optional(3) != null
                ? (int) call.value(3).item()
                : window == null ? x.shape().dim(1) : window.shape().dim(0);
        int bins = call.node().whole("onesided", 1) != 0 ? n / 2 + 1 : n;
        Tensor real = frames(x.select(-1, 0), window, n, step);
        Tensor imaginary = x.size(-1) == 2 ? frames(x.select(-1, 1), window, n, step) : null;
        return call.result(transformed(real, imaginary, n, bins, false));
    }

    private static Tensor frames(Tensor signal, @Nullable Tensor window, int n, int step) {
        Tensor cut = Functions.unfold(signal, 1, n, step);
        return window == null ? cut : cut.times(window);
    }
}
