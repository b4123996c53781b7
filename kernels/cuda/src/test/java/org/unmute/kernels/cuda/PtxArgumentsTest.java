package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.TensorCores;
import org.unmute.kernels.device.backend.DeviceBackend;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/** Kernels of the {@code .cu} files that are not variants get the arguments that their PTX takes; nothing is run. */
class PtxArgumentsTest {
    private static final Pattern PARAMETER = Pattern.compile("\\.param (?:\\.align 8 )?\\.(\\w+) \\w+(?:\\[(\\d+)])?");

    private final Set<String> launched = new HashSet<>();

    @AfterEach
    void asItWas() {
        System.clearProperty(TensorCores.PROPERTY);
    }

    private static int bytes(Argument a) {
        return switch (a) {
            case Argument.Float32 _, Argument.Int32 _ -> 4;
            case Argument.Pointer _, Argument.Int64 _ -> 8;
            case Argument.Struct s -> 8 * s.members().length;
        };
    }

    private static List<Integer> parameters(Kernel kernel) {
        Matcher entry = Pattern.compile("\\.visible \\.entry " + kernel.name() + "\\(([^)]*)\\)")
                .matcher(Ptx.text(kernel.family()));
        assertThat(entry.find()).as(kernel + " in its PTX").isTrue();
        return PARAMETER
                .matcher(entry.group(1))
                .results()
                .map(p -> p.group(2) != null
                        ? Integer.parseInt(p.group(2))
                        : Integer.parseInt(p.group(1).substring(1)) / 8)
                .toList();
    }

    /** A device that compares the arguments of launches and runs none. */
    private Device device(Precision precision) {
        ShimDevice memory = new ShimDevice(precision);
        return (Device) Proxy.newProxyInstance(
                Device.class.getClassLoader(), new Class<?>[] {Device.class}, (_, method, given) -> {
                    if (method.getName().equals("launch")) {
                        check((Kernel) given[0], (LaunchPlan) given[1], (List<?>) given[2]);
                        return given[0];
                    }
                    try {
                        return method.invoke(memory, given);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void check(Kernel kernel, LaunchPlan plan, List<?> arguments) {
        if (CudaKernels.ALL.containsKey(kernel)) {
            launched.add(kernel.name());
            assertThat(arguments.stream().map(a -> bytes((Argument) a)).toList())
                    .as(kernel.toString())
                    .isEqualTo(parameters(kernel));
            assertThat(plan.sharedBytes())
                    .as("shared bytes of " + kernel)
                    .isEqualTo(CudaKernels.ALL.get(kernel).sharedBytes());
        }
    }

    private static Set<String> kernels(String family) {
        return CudaKernels.ALL.keySet().stream()
                .filter(k -> k.family().equals(family))
                .map(Kernel::name)
                .collect(Collectors.toSet());
    }

    @Test
    void packedProducts() {
        System.setProperty(TensorCores.PROPERTY, "always");
        for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
            try (DeviceBackend b = new DeviceBackend(device(precision), 1L << 30)) {
                for (int[] s : new int[][] {{5, 7, 9}, {64, 5000, 64}, {2000, 20, 2040}}) {
                    View a = b.allocateForResult(DType.F32, Shape.of(s[0], s[1]));
                    View c = b.allocateForResult(DType.F32, Shape.of(s[1], s[2]));
                    b.matmul(a, c, b.allocateForResult(DType.F32, Shape.of(s[0], s[2])));
                }
            }
        }
        assertThat(launched).isEqualTo(kernels("matmul_packed"));
    }

    @Test
    void attention() {
        for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
            try (DeviceBackend b = new DeviceBackend(device(precision), 1L << 30)) {
                for (int depth : new int[] {64, 65}) {
                    View x = b.allocateForResult(DType.F32, Shape.of(2, 3, 70, depth));
                    View bias = b.allocateForResult(DType.F32, Shape.of(2, 3, 70, 70));
                    View gate = b.allocateForResult(DType.F32, Shape.of(2, 3, 70, 1));
                    View out = b.allocateForResult(DType.F32, x.shape());
                    b.attention(x, x, x, null, 1, out);
                    b.gatedAttention(x, x, x, bias, gate, 1, out);
                }
            }
        }
        assertThat(launched).isEqualTo(kernels("attention_tensor"));
    }
}
