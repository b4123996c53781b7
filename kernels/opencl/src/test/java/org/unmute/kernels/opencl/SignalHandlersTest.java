package org.unmute.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;

/** The signal handlers of the JVM are in place after a driver has run. */
class SignalHandlersTest {
    private static final int SIGILL = 4;
    private static final int SIGFPE = 8;
    private static final int SIGSEGV = 11;
    private static final int SIGPIPE = 13;
    private static final int SIGURG = 23;
    private static final long IGNORED = 1;

    private SignalHandlers handlers;

    @BeforeEach
    void find() {
        Assumptions.assumeTrue(SignalHandlers.find().isPresent(), "skipped: the C library has no sigaction");
        handlers = SignalHandlers.find().orElseThrow();
    }

    /** The first member of {@code struct sigaction}: the handler function. */
    private long handler(int signal) {
        try (Arena arena = Arena.ofConfined()) {
            return handlers.read(signal, arena).get(ValueLayout.JAVA_LONG, 0);
        }
    }

    @Test
    void whatTheBodyReplacesIsPutBackAndNothingElseChanges() {
        long before = handler(SIGURG);
        assertThat(before).isNotEqualTo(IGNORED);
        String result = SignalHandlers.kept(() -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment action = handlers.read(SIGURG, arena);
                action.set(ValueLayout.JAVA_LONG, 0, IGNORED);
                handlers.set(SIGURG, action, MemorySegment.NULL);
            }
            assertThat(handler(SIGURG)).isEqualTo(IGNORED);
            return "done";
        });
        assertThat(result).isEqualTo("done");
        assertThat(handler(SIGURG)).isEqualTo(before);
    }

    /**
     * The JVM has a single handler for all faults and for broken pipes. LLVM in a driver replaces the handlers of
     * faults but not that of broken pipes, so if they are the same, they are the JVM's.
     */
    @Test
    void faultsComeToTheVirtualMachineAfterKernelsHaveRun() {
        try (Backend backend = OpenCl.open();
                TensorScope _ = new TensorScope()) {
            float[] x = new float[64 * 64];
            Random random = new Random(1);
            for (int i = 0; i < x.length; i++) {
                x[i] = random.nextFloat();
            }
            Tensor square = Tensor.of(backend, x, 64, 64);
            assertThat(square.matmul(square).softmax(1).sum().item()).isCloseTo(64, within(1e-3));
            assertThat(handler(SIGSEGV))
                    .isEqualTo(handler(SIGPIPE))
                    .isEqualTo(handler(SIGFPE))
                    .isEqualTo(handler(SIGILL))
                    .isNotZero();
        }
    }
}
