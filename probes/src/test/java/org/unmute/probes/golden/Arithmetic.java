package org.unmute.probes.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.unmute.tensor.DType;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;

/**
 * A backend and an element type to compare with the reference values.
 *
 * @param factor multiplier of the tolerances in the index: 1 in float64, 3 in float32, which adds in another order than
 *     the reference (the index allows for 2 to 3)
 */
public record Arithmetic(Backend backend, DType dtype, double factor) {
    private static final Set<String> PROCESSOR = Set.of("vector", "scalar");
    private static final Arithmetic EXACT =
            new Arithmetic(Backends.open("scalar", 1).backend(), DType.F64, 1);
    private static final List<Arithmetic> ALL = find();

    /**
     * The scalar backend in float64 and, on two threads, every backend available here in float32, or the one named by
     * the system property {@code unmute.backend}. Devices that it does not name are included in the full build only.
     * With {@code cpu}, the best backend on the processor alone, on one thread and on two.
     */
    public static List<Arithmetic> all() {
        return ALL;
    }

    /** The scalar backend in float64. */
    public static Arithmetic exact() {
        return EXACT;
    }

    private static List<Arithmetic> find() {
        String only = System.getProperty("unmute.backend", "").strip();
        if (only.equals("cpu")) {
            Arithmetic one = float32(only, 1);
            return one.backend.name().equals("scalar") ? List.of(one) : List.of(one, float32(only, 2));
        }
        List<Arithmetic> all = new ArrayList<>();
        all.add(EXACT);
        for (Backends.Candidate c : Backends.candidates()) {
            if (!only.isEmpty() && !only.equals(c.name())) {
                continue;
            }
            if (only.isEmpty() && !PROCESSOR.contains(c.name()) && !Boolean.getBoolean("unmute.full")) {
                System.out.println("golden: backend " + c.name() + " is not compared: mvn verify -Pfull does");
            } else if (c.availability().available()) {
                all.add(float32(c.name(), 2));
            } else {
                System.out.println("golden: backend " + c.name() + " is not compared: "
                        + c.availability().reason());
            }
        }
        return List.copyOf(all);
    }

    private static Arithmetic float32(String backend, int threads) {
        return new Arithmetic(Backends.open(backend, threads).backend(), DType.F32, 3);
    }

    /** Reads a floating-point tensor of a file. */
    public Tensor read(SafetensorsFile file, String name) {
        return Tensor.of(backend, file.floats(name), file.shape(name).toArray()).cast(dtype);
    }

    /** Reads an integer tensor of a file. */
    public Tensor readInts(SafetensorsFile file, String name) {
        return Tensor.of(backend, file.ints(name), file.shape(name).toArray());
    }

    @Override
    public String toString() {
        return backend.describe() + ", " + dtype;
    }
}
