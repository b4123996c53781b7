package org.unmute.kernels.vector;

import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.BackendProvider;

/**
 * Provides the vector backend. This class refers to no vector type, so that it loads without the incubator module and
 * can report that the module is missing.
 */
public final class VectorBackendProvider implements BackendProvider {
    private static final int PRIORITY = 100;

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
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return no("the Vector API is not loaded: pass --add-modules jdk.incubator.vector to java");
        }
        // Constants are inlined: reading them does not load the class, which needs the module.
        Integer most = Integer.getInteger(Lanes.MAX_BITS_PROPERTY);
        if (most != null && most < Lanes.MIN_BITS) {
            return no("-D" + Lanes.MAX_BITS_PROPERTY + "=" + most
                    + " turns it off: 512, 256 or 128 limit the width of vectors");
        }
        return probe(System.getProperty("java.vm.info", ""), System.getProperty("java.vm.name", ""));
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
