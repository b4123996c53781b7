package org.unmute.kernels.device.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.KernelSource;
import org.unmute.kernels.device.fixture.DeclaredKernel;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.FilterBank;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;

/** Java code and kernel sources must agree on the kernels and their parameters. */
class KernelAgreementTest {
    private static final DType[] STORED = {DType.F32, DType.I32, DType.F16, DType.BF16};

    private final FakeDevice device = new FakeDevice(1L << 40);
    private final DeviceBackend b = new DeviceBackend(device, 1L << 40);

    private static Map<String, DeclaredKernel> declared() {
        Map<String, DeclaredKernel> all = new HashMap<>();
        for (String family : KernelSource.FAMILIES) {
            for (DeclaredKernel d : DeclaredKernel.of(family)) {
                assertThat(all.put(d.kernel().name(), d))
                        .as("second kernel named " + d.kernel().name())
                        .isNull();
            }
        }
        return all;
    }

    /** The declaration of a kernel. If there is none, fails with an error that names the kernel and its file. */
    private static DeclaredKernel declaration(Map<String, DeclaredKernel> declared, Kernel kernel) {
        DeclaredKernel d = declared.get(kernel.name());
        assertThat(d)
                .as(
                        "kernel %s is missing: declare it in %s.cl (kernels/device/src/main/resources)",
                        kernel.name(), kernel.family())
                .isNotNull();
        return d;
    }

    @Test
    void everyConstantHasAKernel() {
        List<Kernel> wanted = new ArrayList<>();
        for (Unary f : Unary.values()) {
            wanted.addAll(List.of(ElementwiseKernels.kernel(f), ElementwiseKernels.backwardKernel(f)));
        }
        for (DType type : new DType[] {DType.F32, DType.I32}) {
            for (Binary f : Binary.values()) {
                wanted.add(ElementwiseKernels.kernel(f, type));
            }
            for (Reduce f : Reduce.values()) {
                wanted.addAll(List.of(ReduceKernels.kernel(f, type, true), ReduceKernels.kernel(f, type, false)));
            }
        }
        for (DType from : STORED) {
            wanted.add(ElementwiseKernels.fillKernel(from));
            for (DType to : STORED) {
                wanted.add(ElementwiseKernels.copyKernel(from, to));
            }
        }
        Map<String, DeclaredKernel> declared = declared();
        for (Kernel kernel : wanted) {
            assertThat(declaration(declared, kernel).kernel()).isEqualTo(kernel);
        }
    }

    private View view(DType type, long... sizes) {
        return b.allocate(type, Shape.of(sizes));
    }

    private View f(long... sizes) {
        return view(DType.F32, sizes);
    }

    private View i(long... sizes) {
        return view(DType.I32, sizes);
    }

    /** Calls every operation of a backend once. */
    private void everything() {
        for (Unary u : Unary.values()) {
            b.unary(u, 1, 2, f(3), f(3));
            b.unaryBackward(u, 1, 2, f(3), f(3), f(3), f(3));
        }
        for (Binary u : Binary.values()) {
            b.binary(u, f(3), f(3), f(3));
            b.binary(u, i(3), i(3), i(3));
        }
        for (Reduce r : Reduce.values()) {
            for (DType t : new DType[] {DType.F32, DType.I32}) {
                b.reduce(r, view(t, 4, 50), view(t, 4, 1));
                b.reduce(r, view(t, 4, 50), view(t, 1, 50));
            }
        }
        for (DType from : STORED) {
            b.fill(view(from, 3), 1);
            for (DType to : STORED) {
                b.copy(view(from, 3), view(to, 3));
            }
        }
        for (DType t : new DType[] {DType.F32, DType.I32}) {
            b.affine(view(t, 3), 2, 1, view(t, 3));
            b.select(view(t, 3), f(3), f(3), f(3));
            b.extreme(true, view(t, 3, 4), view(t, 3), i(3));
            b.cumulativeSum(view(t, 3, 4), true, view(t, 3, 4));
            b.scatterAdd(view(t, 2), 0, i(2), view(t, 5));
        }
        b.gather(f(5), 0, i(2), f(2));
        b.gather(view(DType.F16, 5), 0, i(2), view(DType.F16, 2));
        SlidingWindow w = SlidingWindow.of(2, 2, 1, 1);
        b.im2col(f(1, 1, 3, 3), w, f(1, 1, 2, 2, 2, 2));
        b.col2im(f(1, 1, 2, 2, 2, 2), w, f(1, 1, 3, 3));
        b.matmul(f(2, 3), f(3, 2), f(2, 2));
        b.matmul(f(2000, 3), f(3, 1500), f(2000, 1500));
        // after a product by a routine of the device
        device.hasRoutine = true;
        b.linear(f(2, 3), f(4, 3), f(4), f(2, 4));
        device.hasRoutine = false;
        b.convolveTokens(f(1, 3, 4), f(2, 2, 3, 2), f(4), Unary.GELU, f(1, 3, 4));
        b.embedPatches(f(1, 4, 4), w, f(5, 4), f(5), f(1, 9, 5));
        b.embedPatches(f(1, 2000, 2), SlidingWindow.of(1, 2, 1, 2), f(1500, 2), f(1500), f(1, 2000, 1500));
        b.filterBank(
                f(2, 6),
                new FilterBank(
                        new FilterBank.Frames(3, 2, 4, true),
                        0.9,
                        new double[3],
                        new int[] {1},
                        new float[][] {{1}},
                        1e-9),
                f(2, 2, 1));
        b.softmax(f(2, 3), f(2, 3));
        b.logSoftmax(f(2, 3), f(2, 3));
        b.softmaxBackward(f(2, 3), f(2, 3), f(2, 3));
        b.logSoftmaxBackward(f(2, 3), f(2, 3), f(2, 3));
        b.binaryCrossEntropy(f(2, 3), f(2, 3), f(3), f(2, 1));
        b.binaryCrossEntropyBackward(f(2, 3), f(2, 3), f(3), f(2, 1), f(2, 3));
        b.crossEntropy(f(2, 3), f(2, 3), null, 0.9, 0.1, f(2, 1));
        b.crossEntropyBackward(f(2, 3), f(2, 3), null, 0.9, 0.1, f(2, 1), f(2, 3));
        b.layerNorm(f(2, 3), f(3), f(3), 1e-5, f(2, 3));
        b.layerNormBackward(f(2, 3), f(3), 1e-5, f(2, 3), f(2, 3), f(3), f(3));
        b.l2Normalize(f(2, 3), f(2, 3));
        b.l2NormalizeBackward(f(2, 3), f(2, 3), f(2, 3), f(2, 3));
        b.attention(f(1, 2, 3), f(1, 4, 3), f(1, 4, 3), null, 1, f(1, 2, 3));
        b.prototypeMaxPool(f(2, 5, 3), f(4, 3), f(2, 4), i(2, 4));
        b.prototypeMaxPool(f(64, 65, 3), f(129, 3), f(64, 129), i(64, 129));
        b.binaryPrototypeMaxPool(f(64, 65, 3), f(129, 3), f(64, 129), i(64, 129));
        b.binaryPrototypeMaxPool(f(2, 5, 3), f(4, 3), f(2, 4), i(2, 4));
        // clips that are not evenly strided take another path
        View tokens = f(2, 6, 3).slice(1, 0, 5, 1);
        b.prototypeMaxPool(tokens, f(4, 3), f(2, 4), i(2, 4));
        b.binaryPrototypeMaxPool(tokens, f(4, 3), f(2, 4), i(2, 4));
        b.prototypeMaxPoolBackward(f(2, 5, 3), f(4, 3), i(2, 4), f(2, 4), f(2, 5, 3), f(4, 3));
        b.adamW(f(3), f(3), f(3), f(3), 1e-3, 0.9, 0.999, 1e-8, 0.01, 1);
        b.profile().peak();
    }

    @Test
    void everyKernelIsLaunchedBySomething() {
        everything();
        TreeSet<String> idle = new TreeSet<>(declared().keySet());
        idle.removeAll(device.launches.keySet());
        assertThat(idle).as("kernels that no call in everything() launches").isEmpty();
    }

    @Test
    void argumentsAreWhatTheKernelsDeclare() {
        everything();
        Map<String, DeclaredKernel> declared = declared();
        Map<String, Integer> structs = structs();
        for (FakeDevice.Launch l : device.all) {
            List<String> parameters = declaration(declared, l.kernel()).parameters();
            assertThat(l.arguments()).as(l.kernel().toString()).hasSameSizeAs(parameters);
            for (int p = 0; p < parameters.size(); p++) {
                assertThat(kind(l.arguments().get(p)))
                        .as(l.kernel() + ": " + parameters.get(p))
                        .isEqualTo(kind(parameters.get(p), structs));
            }
        }
    }

    private static String kind(Argument a) {
        return switch (a) {
            case Argument.Pointer _ -> "pointer";
            case Argument.Float32 _ -> "float";
            case Argument.Int32 _ -> "int";
            case Argument.Int64 _ -> "i64";
            case Argument.Struct s -> "struct of " + s.members().length;
        };
    }

    private static String kind(String parameter, Map<String, Integer> structs) {
        if (parameter.startsWith("GLOBAL ") && parameter.contains("* ")) {
            return "pointer";
        }
        Matcher struct = Pattern.compile("PARAMETER\\((\\w+)\\) \\w+").matcher(parameter);
        if (struct.matches()) {
            return "struct of " + structs.get(struct.group(1));
        }
        return parameter.replaceAll("const (\\w+) \\w+", "$1").replace("uint", "int");
    }

    /** Number of 64-bit members of each struct in the sources that is an argument of a kernel. */
    private static Map<String, Integer> structs() {
        Map<String, Integer> all = new HashMap<>();
        for (String family : KernelSource.FAMILIES) {
            String text = KernelSource.text(family)
                    .replaceAll("//.*", "")
                    .replace("LOOP_AXES", "" + StridedLoop.AXES)
                    .replace("LOOP_VIEWS", "" + StridedLoop.VIEWS);
            Matcher m = Pattern.compile("typedef struct \\{([^}]*)} (\\w+);").matcher(text);
            while (m.find()) {
                if (!text.contains("PARAMETER(" + m.group(2) + ")")) {
                    continue;
                }
                int count = 0;
                for (String line : m.group(1).split(";")) {
                    if (line.isBlank()) {
                        continue;
                    }
                    assertThat(line.strip()).as(m.group(2)).startsWith("i64 ");
                    for (String member : line.strip().substring(4).split(",")) {
                        count += Arrays.stream(member.split("\\["))
                                .skip(1)
                                .mapToInt(
                                        n -> Integer.parseInt(n.replace("]", "").strip()))
                                .reduce(1, (x, y) -> x * y);
                    }
                }
                all.put(m.group(2), count);
            }
        }
        return all;
    }

    /** OpenCL 1.2 promises 1024 bytes of arguments in the full profile. */
    @Test
    void argumentsFitIntoWhatEveryDeviceTakes() {
        everything();
        for (FakeDevice.Launch l : device.all) {
            int bytes = l.arguments().stream()
                    .mapToInt(a -> a instanceof Argument.Struct s ? 8 * s.members().length : 8)
                    .sum();
            assertThat(bytes).as(l.kernel().toString()).isLessThanOrEqualTo(1024);
        }
    }

    /** Checks the required parts of a kernel's comment, see docs/kernels.md. */
    @Test
    void everyFileSaysWhatItDoes() {
        for (String family : KernelSource.FAMILIES) {
            assertThat(KernelSource.read(family + ".cl"))
                    .as(family)
                    .contains("// What: ", "// Layout: ", "// Launch: ", "// Order: ", "// Limits: ", "// Bound: ");
        }
    }

    /** The sources must not use features that an OpenCL 1.2 device may lack, or that make results depend on the run. */
    @Test
    void nothingButTheCommonSubsetIsUsed() {
        for (String family : KernelSource.FAMILIES) {
            String text = KernelSource.text(family).replaceAll("//.*", "");
            for (String word : List.of(
                    "atomic", "double", "native_", "half_", "cl_khr", "fast", "asm", "__global__ ", "get_global_id")) {
                assertThat(text.replace("half_square", ""))
                        .as(family + " and " + word)
                        .doesNotContain(word);
            }
        }
    }
}
