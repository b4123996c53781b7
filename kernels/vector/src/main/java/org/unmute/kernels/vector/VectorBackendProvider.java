package org.unmute.kernels.vector;

import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.BackendProvider;

/**
 * Makes the vector backend known. Names no vector type itself, so that it loads, and can say what is missing, where the
 * incubator module is not there.
 */
public final class VectorBackendProvider implements BackendProvider {
    private static final int PRIORITY = 100;

    /** For the service loader. */
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
        // Constants, which do not load the class: that must wait until it is known that it can be loaded.
        Integer most = Integer.getInteger(Lanes.MOST_BITS);
        if (most != null && most < Lanes.LEAST_BITS) {
            return no(
                    "-D" + Lanes.MOST_BITS + "=" + most + " turns it off: 512, 256 or 128 limit the width of vectors");
        }
        return probe(System.getProperty("java.vm.info", ""), System.getProperty("java.vm.name", ""));
    }

    /**
     * The part of the answer that depends on how the virtual machine compiles. Without its optimising compiler each
     * vector operation is an object and a call, some hundred times slower than plain loops.
     */
    static Availability probe(String vmInfo, String vmName) {
        if (vmInfo.contains("interpreted")) {
            return no("the virtual machine only interprets (" + vmInfo + "): drop -Xint");
        }
        if (vmInfo.contains("emulated-client") || vmName.contains("Client")) {
            return no("the optimising compiler C2 is off (" + vmName + ", " + vmInfo
                    + "): drop -XX:TieredStopAtLevel or -client");
        }
        try {
            if (Lanes.BITS < Lanes.LEAST_BITS) {
                return no("vectors have only " + Lanes.BITS + " bits here, " + Lanes.LEAST_BITS + " are needed");
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
