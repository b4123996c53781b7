package org.unmute.kernels.contract.golden;

import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.backend.Backends;

/**
 * Checks that the CPU backend used by the tests of this run is the one that the system properties request: vectors of
 * {@code unmute.vector.bits} (by default the width of the processor; no vectors below 128) on {@code unmute.threads}
 * threads. Runs of the reference numbers with other widths and threads include this test, so that none passes on a
 * width other than the one requested.
 */
public abstract class ChosenWidthContract {
    private static final int MIN_BITS = 128;

    /** For the tests of a module. */
    protected ChosenWidthContract() {}

    /** The requested width is in force. Skipped if the processor does not have vectors of this width. */
    @Test
    final void theWidthAskedForIsInForce() throws ReflectiveOperationException {
        Integer asked = Integer.getInteger("unmute.vector.bits");
        Backends.Choice choice = open();
        System.out.println("width: asked for " + (asked == null ? "the processor's" : asked) + ", " + choice.reason());
        if (asked != null && asked < MIN_BITS) {
            Assertions.assertEquals("scalar", choice.backend().name(), choice.reason());
            return;
        }
        int widest = widest();
        Assumptions.assumeTrue(
                asked == null || asked <= widest,
                () -> "skipped: vectors have " + widest + " bits here, " + asked + " cannot be tried");
        int wanted = asked == null ? widest : asked;
        Assertions.assertEquals("vector", choice.backend().name(), choice.reason());
        Assertions.assertTrue(
                choice.backend().describe().startsWith("Vector API, " + wanted + "-bit, "), choice.reason());
    }

    /** The requested number of threads is in force; without vectors it is one. */
    @Test
    final void theThreadsAskedForAreInForce() {
        int asked = Integer.getInteger("unmute.threads", Runtime.getRuntime().availableProcessors());
        Backends.Choice choice = open();
        String wanted = choice.backend().name().equals("scalar") || asked == 1
                ? "(?s).*\\b(1|one) thread\\b.*"
                : "(?s).*\\b" + asked + " threads\\b.*";
        Assertions.assertTrue(choice.backend().describe().matches(wanted), choice.reason());
    }

    private static Backends.Choice open() {
        return Backends.open("cpu", Integer.getInteger("unmute.threads", 0));
    }

    /** The preferred width of the JVM. Uses reflection, because this module does not use the Vector API. */
    private static int widest() throws ReflectiveOperationException {
        Class<?> shape = Class.forName("jdk.incubator.vector.VectorShape");
        int preferred = (int) shape.getMethod("vectorBitSize")
                .invoke(shape.getMethod("preferredShape").invoke(null));
        return Math.min(512, preferred);
    }
}
