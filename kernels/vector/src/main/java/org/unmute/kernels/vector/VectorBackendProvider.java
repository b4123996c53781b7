package org.unmute.kernels.vector;

import java.lang.module.ModuleFinder;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.BackendProvider;

/**
 * Provides the vector backend. This class refers to no vector type, so that it loads without the incubator module and
 * can report that the module is missing.
 */
public final class VectorBackendProvider implements BackendProvider {
    private static final int PRIORITY = 100;
    private static final String MODULE = "jdk.incubator.vector";
    /** So many fused multiply-adds take a fifth of this; without the instruction, three times. */
    private static final long FUSED_NANOS = 2000;

    private static final int FUSED_CALLS = 16;
    /** Repeated where the thread was interrupted. */
    private static final int FUSED_TRIES = 20;

    /** Called by the service loader. */
    public VectorBackendProvider() {}

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public int priority() {
        return PRIORITY;
    }

    @Override
    public Availability probe() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return ModuleFinder.ofSystem().find(MODULE).isPresent()
                    ? no("the Vector API is not loaded: pass --add-modules " + MODULE + " to java")
                    : no("this Java has no Vector API: give jlink --add-modules " + MODULE + ", or run on a JDK 25");
        }
        // Constants are inlined: reading them does not load the class, which needs the module.
        Integer most = Integer.getInteger(Lanes.MAX_BITS_PROPERTY);
        if (most != null && most < Lanes.MIN_BITS) {
            return no("-D" + Lanes.MAX_BITS_PROPERTY + "=" + most
                    + " turns it off: 512, 256 or 128 limit the width of vectors");
        }
        Availability compiled = probe(System.getProperty("java.vm.info", ""), System.getProperty("java.vm.name", ""));
        return !compiled.available() || fuses()
                ? compiled
                : no("the processor has no fused multiply-add (FMA), and vectors would be slower than loops");
    }

    /**
     * Whether the processor multiplies and adds in one instruction, as all with AVX2 do. There is no property that says
     * so, but the time does: without the instruction Java calculates with {@code BigDecimal}, in each lane of a vector.
     */
    private static boolean fuses() {
        float x = 1;
        for (int i = 0; i < FUSED_TRIES; i++) {
            long begun = System.nanoTime();
            for (int j = 0; j < FUSED_CALLS; j++) {
                x = Math.fma(x, 0.999f, 0.3f);
            }
            if (System.nanoTime() - begun < FUSED_NANOS) {
                return true;
            }
        }
        return Float.isNaN(x); // never, and keeps the loop
    }

    /**
     * The part of the probe that depends on how the JVM compiles. Without the optimizing compiler each vector operation
     * is a call with boxed vectors, some hundred times slower than plain loops.
     */
    static Availability probe(String vmInfo, String vmName) {
        if (vmInfo.contains("interpreted")) {
            return no("the virtual machine only interprets (" + vmInfo + "): drop -Xint");
        }
        if (vmInfo.contains("emulated-client") || vmName.contains("Client")) {
            return no("the optimizing compiler C2 is off (" + vmName + ", " + vmInfo
                    + "): drop -XX:TieredStopAtLevel or -client");
        }
        try {
            if (Lanes.BITS < Lanes.MIN_BITS) {
                return no("vectors have only " + Lanes.BITS + " bits here, " + Lanes.MIN_BITS + " are needed");
            }
            return new Availability(true, "Vector API, " + Lanes.BITS + "-bit");
        } catch (LinkageError e) {
            return no(
                    "the Vector API does not load (" + e + "): run on JDK 25 with --add-modules jdk.incubator.vector");
        }
    }

    private static Availability no(String reason) {
        return new Availability(false, reason);
    }

    @Override
    public Backend open(int threads) {
        return new VectorBackend(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
    }
}
