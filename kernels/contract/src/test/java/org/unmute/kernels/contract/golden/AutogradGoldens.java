package org.unmute.kernels.contract.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.unmute.kernels.contract.OpFilter;
import org.unmute.tensor.DType;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.op.ElementwiseOps;
import org.unmute.tensor.op.Op;

/**
 * The autograd reference numbers as tests of a backend: the results and all gradients of each case in the {@code
 * index.json} of the folder. The system property {@code unmute.golden} names another folder with the same layout
 * ({@code probes/autograd} below it).
 *
 * <p><b>Tolerance.</b> The stored numbers are float64 results rounded to float32. In {@code F64} an element may differ
 * by that rounding, {@code 2⁻²⁴ |element|}, and by {@code 1e-12} of the tensor's maximum magnitude. In {@code F32} it
 * may differ by {@value #ORDER_FACTOR} times the index's {@code atol}, which is itself four times the error of torch's
 * own float32 result: according to the index, another order of summation may need two to three times more. If the
 * maximum is over {@value #HUGE_SPREAD} times the median of the nonzero elements, a single absolute tolerance is
 * meaningless for the others. Such tensors are compared element by element, with the relative tolerance 1e-6 of the
 * index, in {@code F32} times the same factor.
 */
public final class AutogradGoldens {
    private static final String FOLDER = "probes/autograd";
    private static final double ORDER_FACTOR = 3;
    private static final double HUGE_SPREAD = 1e6;

    private final JsonNode index;
    private final SafetensorsFile file;
    private final Backend backend;
    private final DType dtype;

    private AutogradGoldens(Path folder, Backend backend, DType dtype) throws IOException {
        index = index(folder);
        file = SafetensorsFile.open(folder.resolve(index.path("file").asText()));
        this.backend = backend;
        this.dtype = dtype;
    }

    private static JsonNode index(Path folder) throws IOException {
        return new ObjectMapper().readTree(folder.resolve("index.json").toFile());
    }

    /**
     * One test per case.
     *
     * @param dtype {@code F32} or {@code F64}
     */
    public static List<DynamicTest> cases(Backend backend, DType dtype) {
        boolean chosen = !System.getProperty(Golden.PROPERTY, "").isBlank();
        Path folder = chosen ? Golden.root().resolve(FOLDER) : null;
        if (chosen && !Files.isDirectory(folder)) {
            String why = "skipped: " + Golden.root() + " has no folder " + FOLDER;
            return List.of(DynamicTest.dynamicTest(why, () -> Assumptions.abort(why)));
        }
        try {
            return new AutogradGoldens(chosen ? folder : packaged(), backend, dtype).tests();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<DynamicTest> tests() {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode entry : index.path("cases")) {
            String name = entry.path("case").asText();
            if (OpFilter.selects(name)) {
                tests.add(DynamicTest.dynamicTest(name, () -> check(entry)));
            }
        }
        if (index.path("cases").isEmpty()) {
            throw new AssertionError("autograd goldens: the index has no cases");
        }
        System.out.println("autograd goldens: " + tests.size() + " cases on " + backend.name() + " in " + dtype);
        return tests;
    }

    /** Names of the op records and functions used by the cases of this library. */
    public static Set<String> ops() {
        Set<String> names = new TreeSet<>();
        Set<Op> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        try (TensorScope _ = new TensorScope()) {
            AutogradGoldens goldens = new AutogradGoldens(packaged(), ScalarBackend.INSTANCE, DType.F32);
            for (JsonNode entry : goldens.index.path("cases")) {
                AutogradKinds.run(goldens.read(entry))
                        .ifPresent(results -> results.forEach(y -> collect(y.origin(), names, seen)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    private static void collect(Op op, Set<String> names, Set<Op> seen) {
        if (op != null && seen.add(op)) {
            names.add(
                    op instanceof ElementwiseOps.Map map
                            ? map.f().name()
                            : op.getClass().getSimpleName());
            op.inputs().forEach(x -> collect(x.origin(), names, seen));
        }
    }

    /** The reference numbers in this library, copied to files because the reader maps files. */
    private static Path packaged() throws IOException {
        Path folder = Files.createTempDirectory("unmute-goldens");
        folder.toFile().deleteOnExit();
        copy("index.json", folder);
        copy(index(folder).path("file").asText(), folder);
        return folder;
    }

    private static void copy(String name, Path folder) throws IOException {
        try (InputStream in = AutogradGoldens.class.getResourceAsStream("/golden/" + FOLDER + "/" + name)) {
            if (in == null) {
                throw new IOException("autograd goldens: resource " + name + " is missing");
            }
            Path to = folder.resolve(name);
            to.toFile().deleteOnExit();
            Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void check(JsonNode entry) {
        String name = entry.path("case").asText();
        try (TensorScope _ = new TensorScope()) {
            AutogradCase c = read(entry);
            List<Tensor> results = AutogradKinds.run(c)
                    .orElseThrow(() -> new AssertionError(
                            "case " + name + ": its kind is unknown: add a line to AutogradKinds.java"
                                    + " (or AutogradLayers.java) of kernels/contract"));
            List<String> problems = new ArrayList<>();
            Tensor loss = null;
            int i = 0;
            for (var output : entry.path("outputs").properties()) {
                Tensor y = results.get(i);
                compare(
                        name + "/" + output.getKey(),
                        c.outputs().get(i++),
                        y,
                        output.getValue().path("atol").asDouble(),
                        problems);
                String upstream = name + "/g" + output.getKey();
                if (file.has(upstream)) {
                    Tensor part = y.times(number(upstream, y.shape())).sum();
                    loss = loss == null ? part : loss.plus(part);
                }
            }
            if (i != results.size()) {
                problems.add("gives " + results.size() + " results, expected " + i);
            }
            if (!entry.path("grads").isEmpty()) {
                if (loss == null) {
                    throw new AssertionError("case " + name + ": the file has no upstream gradient");
                }
                Grad grad = Grad.of(loss);
                for (var g : entry.path("grads").properties()) {
                    Tensor x = c.in(g.getKey());
                    compare(
                            name + "/g_" + g.getKey(),
                            x.shape(),
                            grad.wrt(x),
                            g.getValue().path("atol").asDouble(),
                            problems);
                }
            }
            if (!problems.isEmpty()) {
                throw new AssertionError("case " + name + " on " + backend.name() + " in " + dtype + ":\n"
                        + String.join("\n", problems));
            }
        }
    }

    private AutogradCase read(JsonNode entry) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        String name = entry.path("case").asText();
        for (var input : entry.path("inputs").properties()) {
            Shape shape = shape(input.getValue());
            Tensor t = number(name + "/" + input.getKey(), shape);
            inputs.put(input.getKey(), entry.path("grads").has(input.getKey()) ? t.parameter() : t);
        }
        List<Shape> outputs = new ArrayList<>();
        entry.path("outputs").forEach(o -> outputs.add(shape(o.path("shape"))));
        return new AutogradCase(name, entry.path("attrs"), inputs, outputs);
    }

    private static Shape shape(JsonNode sizes) {
        long[] s = new long[sizes.size()];
        for (int i = 0; i < s.length; i++) {
            s[i] = sizes.get(i).asLong();
        }
        return Shape.of(s);
    }

    private Tensor number(String key, Shape shape) {
        StoredTensor stored = file.entry(key);
        if (!stored.type().isFloating()) {
            return Tensor.of(backend, stored.ints(), shape.toArray());
        }
        return dtype == DType.F64
                ? Tensor.of(backend, stored.doubles(), shape.toArray())
                : Tensor.of(backend, stored.floats(), shape.toArray());
    }

    private void compare(String key, Shape shape, Tensor actual, double atol, List<String> problems) {
        if (!actual.shape().equals(shape)) {
            problems.add("  " + key + ": shape is " + actual.shape() + ", expected " + shape);
            return;
        }
        StoredTensor stored = file.entry(key);
        double[] got = actual.toDoubles();
        double[] want = stored.type().isFloating()
                ? stored.doubles()
                : Arrays.stream(stored.ints()).asDoubleStream().toArray();
        double[] bound = allowed(want, atol, stored.type().isFloating() ? actual.dtype() : DType.I32);
        int wrong = 0;
        int worst = -1;
        double excess = 0;
        for (int i = 0; i < got.length; i++) {
            double distance = got[i] == want[i] ? 0 : Math.abs(got[i] - want[i]);
            double over = distance - bound[i];
            if (over > 0 || Double.isNaN(got[i]) != Double.isNaN(want[i])) {
                wrong++;
                if (worst < 0 || over > excess || Double.isNaN(over)) {
                    worst = i;
                    excess = over;
                }
            }
        }
        if (wrong > 0) {
            problems.add("  " + key + shape + ": " + wrong + " of " + got.length + " differ; element " + worst + " is "
                    + got[worst] + ", expected " + want[worst] + ", allowed difference " + bound[worst]);
        }
    }

    /** The tolerance of each element, see the class. */
    private static double[] allowed(double[] want, double atol, DType dtype) {
        double[] bound = new double[want.length];
        double[] sizes = Arrays.stream(want)
                .map(Math::abs)
                .filter(v -> v > 0 && Double.isFinite(v))
                .sorted()
                .toArray();
        double max = sizes.length == 0 ? 0 : sizes[sizes.length - 1];
        boolean spread = sizes.length > 0 && max > HUGE_SPREAD * sizes[sizes.length / 2];
        for (int i = 0; i < want.length; i++) {
            double own = Double.isFinite(want[i]) ? Math.abs(want[i]) : 0;
            bound[i] = switch (dtype) {
                case I32 -> 0;
                case F64 -> spread ? 1e-6 * own : 1e-12 * max + 0x1p-24 * own;
                default -> ORDER_FACTOR * (spread ? 1e-6 * own : atol);
            };
        }
        return bound;
    }
}
