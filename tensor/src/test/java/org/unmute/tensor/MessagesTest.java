package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.op.LayoutOps;
import org.unmute.tensor.op.LossOps;
import org.unmute.tensor.op.NormalizationOps;
import org.unmute.tensor.op.ProductOps;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;
import org.unmute.tensor.op.UnfoldingOps;

/** Exceptions for bad arguments name the operation and every shape concerned. */
class MessagesTest {
    private static final Backend B = ScalarBackend.INSTANCE;

    private record Wrong(String operation, Executable act, String... parts) {}

    private static Tensor f(long... shape) {
        return Tensor.zeros(B, DType.F32, Shape.of(shape));
    }

    private static Tensor d(long... shape) {
        return Tensor.zeros(B, DType.F64, Shape.of(shape));
    }

    private static Tensor i(long... shape) {
        return Tensor.zeros(B, DType.I32, Shape.of(shape));
    }

    private static Tensor h(long... shape) {
        return Tensor.zeros(B, DType.F16, Shape.of(shape));
    }

    private static final List<Wrong> WRONG = List.of(
            new Wrong("add", () -> f(2, 3).plus(f(4, 3)), "[2, 3]", "[4, 3]"),
            new Wrong("mul", () -> f(2).times(d(2)), "F32", "F64"),
            new Wrong("add", () -> f(2).plus(i(2)), "F32", "I32"),
            new Wrong("gelu", () -> i(3).gelu(), "I32[3]"),
            new Wrong("exp", () -> h(3).exp(), "F16", "storage type"),
            new Wrong("affine", () -> i(3).times(0.5), "I32[3]", "0.5"),
            new Wrong("where", () -> i(2).where(f(2), f(3)), "[2]", "[3]"),
            new Wrong("where", () -> i(2).where(f(2), d(2)), "F32", "F64"),
            new Wrong("binarizeStraightThrough", () -> i(2).binarizeStraightThrough(), "I32[2]"),
            new Wrong("sum", () -> f(2, 3).sum(1, -1), "twice", "[2, 3]"),
            new Wrong("axis 2", () -> f(2, 3).sum(2), "[2, 3]"),
            new Wrong("amax", () -> f(2, 0).amax(1), "[2, 0]"),
            new Wrong("max", () -> f(2, 0).max(1), "[2, 0]"),
            new Wrong("min", () -> f(0, 2).min(0), "empty"),
            new Wrong(
                    "matmul",
                    () -> f(8, 12, 64).matmul(f(8, 63, 12)),
                    "[8, 12, 64]",
                    "[8, 63, 12]",
                    "inner sizes differ"),
            new Wrong("matmul", () -> f(3, 2, 4).matmul(f(5, 4, 2)), "[3]", "[5]"),
            new Wrong("matmul", () -> f(4).matmul(f(4, 2)), "[4]", "[4, 2]", "two axes"),
            new Wrong("matmul", () -> f(2, 3).matmul(d(3, 2)), "F32[2, 3]", "F64[3, 2]"),
            new Wrong("linear", () -> f(2, 3).linear(f(5, 4), null), "[2, 3]", "[5, 4]", "absent"),
            new Wrong("linear", () -> f(2, 3).linear(f(5, 3), f(4)), "[5, 3]", "[4]"),
            new Wrong("linear", () -> f(2, 3).linear(f(5, 3), null, null, f(2, 4)), "[2, 4]", "[2, 5]"),
            new Wrong("linear", () -> f(2, 3).linear(f(5, 3), null, Unary.CLAMP, null), "CLAMP", "constants"),
            new Wrong("linear", () -> f(2, 3).linear(f(5, 3), d(5)), "F64[5]"),
            new Wrong(
                    "embedPatches",
                    () -> Tensor.run(
                            new ProductOps.EmbedPatches(f(2, 4, 4), f(3, 5), null, SlidingWindow.of(2, 2, 2, 2))),
                    "[2, 4, 4]",
                    "[3, 5]"),
            new Wrong(
                    "embedPatches",
                    () -> Tensor.run(new ProductOps.EmbedPatches(
                            f(2, 4, 4),
                            f(3, 4),
                            null,
                            SlidingWindow.of(2, 2, 2, 2).pad(1, 0))),
                    "padding"),
            new Wrong(
                    "binaryCrossEntropy",
                    () -> Tensor.run(new LossOps.BinaryCrossEntropy(f(2, 3), f(3, 3), null)),
                    "[2, 3]",
                    "[3, 3]",
                    "absent"),
            new Wrong(
                    "crossEntropy",
                    () -> Tensor.run(new LossOps.CrossEntropy(f(2, 3), f(2, 3), f(2), 1, 0)),
                    "[2, 3]",
                    "[2]"),
            new Wrong("softmax", () -> i(2).softmax(0), "I32[2]"),
            new Wrong("softmax", () -> Tensor.run(new NormalizationOps.Softmax(f())), "[]"),
            new Wrong("logSoftmax", () -> i(2).logSoftmax(0), "I32[2]"),
            new Wrong("l2Normalize", () -> i(2).l2Normalize(0), "I32[2]"),
            new Wrong("layerNorm", () -> f(2, 3).layerNorm(f(2), null, 1e-5), "[2, 3]", "[2]", "absent"),
            new Wrong("layerNorm", () -> f(2, 3).layerNorm(d(3), null, 1e-5), "F64[3]"),
            new Wrong(
                    "attention",
                    () -> f(2, 3, 4).attention(f(2, 5, 3), f(2, 5, 4), null, 1),
                    "[2, 3, 4]",
                    "[2, 5, 3]",
                    "[2, 5, 4]"),
            new Wrong(
                    "attention", () -> f(2, 3, 4).attention(f(2, 5, 4), f(2, 6, 4), null, 1), "[2, 5, 4]", "[2, 6, 4]"),
            new Wrong(
                    "attention", () -> f(2, 3, 4).attention(f(2, 5, 4), f(2, 5, 4), f(3, 4), 1), "[3, 4]", "[2, 3, 5]"),
            new Wrong("attention", () -> f(2, 3, 4).attention(f(2, 5, 4), f(2, 5, 4), i(3, 5), 1), "I32[3, 5]"),
            new Wrong("prototypeMaxPool", () -> f(2, 3, 4).prototypeMaxPool(f(5, 3)), "[2, 3, 4]", "[5, 3]"),
            new Wrong("prototypeMaxPool", () -> f(2, 0, 4).prototypeMaxPool(f(5, 4)), "[2, 0, 4]"),
            new Wrong(
                    "prototypeMaxPool",
                    () -> f(2, 3, 4).prototypeMaxPool(d(5, 4)).values(),
                    "F64[5, 4]"),
            new Wrong("reshape", () -> f(2, 3).reshape(4, 2), "[2, 3]", "[4, 2]"),
            new Wrong("reshape", () -> f(2, 3).reshape(-1, 4), "[2, 3]", "[-1, 4]"),
            new Wrong("reshape", () -> f(2, 3).reshape(-1, -1), "[-1, -1]"),
            new Wrong("permute", () -> f(2, 3).permute(0, 0), "[0, 0]", "[2, 3]"),
            new Wrong("permute", () -> Tensor.run(new LayoutOps.Permute(f(2, 3), new int[] {0})), "[0]", "[2, 3]"),
            new Wrong("expand", () -> f(2, 3).expand(4, 3), "[2, 3]", "[4, 3]"),
            new Wrong("expand", () -> f(2, 3).expand(3), "[2, 3]", "[3]"),
            new Wrong("slice", () -> f(2, 3).slice(1, 1, 3), "[2, 3]"),
            new Wrong("slice", () -> f(2, 3).slice(1, -1, 2), "[2, 3]"),
            new Wrong("slice", () -> f(2, 3).slice(1, 0, 2, 0), "[2, 3]", "step"),
            new Wrong("slice", () -> f(2, 3).slice(1, 0, 1L << 62, 4), "[2, 3]"),
            new Wrong("squeeze", () -> f(2, 0).squeeze(0), "[2, 0]"),
            new Wrong("insert", () -> f(2, 3).insert(3), "[2, 3]"),
            new Wrong("concat", () -> Tensor.concat(0, f(2, 3), f(2, 4)), "[2, 3]", "[2, 4]"),
            new Wrong("concat", () -> Tensor.concat(0, f(2), d(2)), "F32[2]", "F64[2]"),
            new Wrong("concat", () -> Tensor.concat(0), "at least one"),
            new Wrong("pad", () -> f(2, 3).pad(0, -1, 0, 0), "-1"),
            new Wrong("gather", () -> f(2, 3).gather(0, i(4, 2)), "[2, 3]", "[4, 2]"),
            new Wrong("gather", () -> f(2, 3).gather(0, f(2, 3)), "F32[2, 3]"),
            new Wrong("gather", () -> f(3).gather(0, Tensor.of(B, new int[] {0, 3}, 2)), "index 3", "[3]"),
            new Wrong("gather", () -> f(3).gather(0, Tensor.of(B, new int[] {-1}, 1)), "index -1", "[3]"),
            new Wrong("indexSelect", () -> f(3).indexSelect(0, i(1, 1)), "[1, 1]"),
            new Wrong("productExtremes", () -> f(2, 3, 4).productExtremes(f(5, 3)), "[2, 3, 4]", "[5, 3]"),
            new Wrong("unitSum", () -> f(2, 3, 4).unitSum(f(3)), "[2, 3, 4]", "[3]"),
            new Wrong(
                    "convolve",
                    () -> Tensor.run(
                            new UnfoldingOps.Convolve(f(1, 2, 3, 3), f(4, 3, 1, 1), SlidingWindow.of(1, 1, 1, 1), 1)),
                    "[1, 2, 3, 3]",
                    "[4, 3, 1, 1]"),
            new Wrong(
                    "im2Col",
                    () -> Tensor.run(new UnfoldingOps.Im2Col(f(2, 3), SlidingWindow.of(1, 1, 1, 1))),
                    "[2, 3]"),
            new Wrong(
                    "window",
                    () -> Tensor.run(new UnfoldingOps.Im2Col(f(1, 1, 2, 3), SlidingWindow.of(3, 1, 1, 1))),
                    "3",
                    "2"),
            new Wrong(
                    "col2Im",
                    () -> Tensor.run(new UnfoldingOps.Col2Im(f(1, 1, 2, 2, 2, 2), SlidingWindow.of(2, 2, 1, 1), 3, 4)),
                    "[1, 1, 2, 2, 2, 2]",
                    "3 x 4"),
            new Wrong("window", () -> SlidingWindow.of(0, 1, 1, 1), "0x1"),
            new Wrong("tensor", () -> Tensor.of(B, new float[5], 2, 3), "[2, 3]", "5"),
            new Wrong("shape", () -> Shape.of(2, -1), "[2, -1]"),
            new Wrong("shape", () -> Shape.of(1L << 40, 1L << 40), "too many"),
            new Wrong("shape", () -> Shape.of(1, 1, 1, 1, 1, 1, 1, 1, 1), "8 axes"),
            new Wrong("item", () -> f(2).item(), "[2]"),
            new Wrong("assign", () -> f(2).assign(f(3)), "[2]", "[3]"),
            new Wrong("assign", () -> f(2).assign(d(2)), "F32", "F64"),
            new Wrong("parameter", () -> i(2).parameter(), "I32"),
            new Wrong("grad", () -> Grad.of(f(2).parameter()), "[2]"),
            new Wrong("grad", () -> Grad.of(f(2).parameter(), f(3)), "[2]", "[3]"),
            new Wrong("grad", () -> Grad.of(f(2).parameter(), d(2)), "F32[2]", "F64[2]"),
            new Wrong("grad", () -> Grad.of(f()), "no parameter"),
            new Wrong("grad", () -> Grad.of(f().parameter()).wrt(f(2)), "not a parameter", "[2]"));

    @TestFactory
    Stream<DynamicTest> nameTheOperationAndTheShapes() {
        return WRONG.stream()
                .map(w -> DynamicTest.dynamicTest(
                        w.operation + " " + String.join(" ", w.parts),
                        () -> assertThatThrownBy(w.act::execute)
                                .isInstanceOfAny(IllegalArgumentException.class, IndexOutOfBoundsException.class)
                                .hasMessageStartingWith(w.operation)
                                .satisfies(e -> assertThat(e.getMessage()).contains(w.parts))));
    }

    /** A backend with another name and without float64. */
    private static Backend other() {
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (p, m, args) -> switch (m.getName()) {
                    case "name" -> "other";
                    case "supports" -> args[0] != DType.F64;
                    default -> m.invoke(B, args);
                });
    }

    @Test
    void namesBothBackends() {
        Backend other = other();
        Tensor there = Tensor.zeros(other, DType.F32, Shape.of(2));
        assertThatThrownBy(() -> f(2).plus(there)).hasMessageContainingAll("scalar", "other");
        assertThatThrownBy(() -> Tensor.zeros(other, DType.F64, Shape.of(2))).hasMessageContainingAll("other", "F64");
        assertThatThrownBy(() -> there.cast(DType.F64)).hasMessageContainingAll("other", "F64");
        assertThat(there.to(B).plus(f(2)).toFloats()).containsExactly(0, 0);
        Tensor target = f(2);
        target.assign(Tensor.full(other, DType.F32, Shape.of(2), 3));
        assertThat(target.toFloats()).containsExactly(3, 3);
    }

    @Test
    void comparisonsHaveNoGradient() {
        Tensor x = Tensor.of(B, new double[] {1, 2}, 2).parameter();
        Tensor mask = x.gt(Tensor.of(B, new double[] {1.5, 1.5}, 2));
        assertThat(Grad.of(mask.times(x).sum()).wrt(x).toDoubles()).containsExactly(0, 1);
        assertThat(x.cast(DType.I32).requiresGradient()).isFalse();
    }
}
