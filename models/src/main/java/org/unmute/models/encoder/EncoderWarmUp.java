package org.unmute.models.encoder;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.unmute.models.vit.Attention;
import org.unmute.models.vit.FeedForward;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.models.vit.Trunk;
import org.unmute.models.vit.Weights;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.op.Unary;

/**
 * Triggers JIT compilation of a forward pass before it is needed: two small transformer blocks run on a few tokens
 * until they reach full speed. Otherwise the first pass of a large encoder takes seconds longer, most of it in loops
 * that are not compiled yet.
 */
public final class EncoderWarmUp {
    /**
     * Exceeds the small number of queries for which attention has a separate loop, and is not a multiple of a register
     * tile or a panel, so that remainder loops run as well.
     */
    private static final int TOKENS = 45;
    /** As in a real encoder, a head fills one panel and a row takes more than one. */
    private static final int DIM = 64;

    private static final int HEADS = 2;
    private static final int HIDDEN = 4 * DIM;
    private static final double EPS = 1e-6;
    /**
     * A compiled pass takes less than half of this time; a pass with one loop that is not compiled takes about ten
     * times as long.
     */
    private static final long COMPILED_NANOS = 2_000_000;

    private static final long DEADLINE_NANOS = 10_000_000_000L;
    private static final int SETTLED = 5;
    /** Enough to reach the compiler's thresholds; after these passes the loop waits for the compiler. */
    private static final int PASSES = 400;

    private static final long POLL_NANOS = 2_000_000;
    /** Limits the wait on a machine that is too slow for {@link #COMPILED_NANOS}. */
    private static final int MAX_PASSES = PASSES + 200;

    /** A request's time has settled when so many in a row took no more than this times the shortest. */
    private static final double STEADY = 1.4;

    private static final int STEADY_REQUESTS = 6;
    private static final long REQUESTS_NANOS = 60_000_000_000L;

    private final Thread thread;
    private final AtomicReference<Wait> firstWait = new AtomicReference<>();

    /**
     * When somebody waited for the end of a warm-up.
     *
     * @param from {@link System#nanoTime} at its begin
     * @param to the same at its end
     */
    public record Wait(long from, long to) {}

    private EncoderWarmUp(Runnable work) {
        thread = Thread.ofPlatform().daemon().name("unmute-warm-up").start(work);
    }

    /**
     * Starts {@link #run} in the background on its own one-thread backend, if the processor's backend benefits from
     * warm-up. Intended for the start of a process: call this first, then open the encoder and the recordings, and let
     * the encoder {@linkplain Encoder#after wait} before its first forward pass.
     */
    public static EncoderWarmUp begin() {
        return new EncoderWarmUp(EncoderWarmUp::onProcessor);
    }

    /**
     * Repeats a request in the background until its time settles, at most for a minute. For the start of a server: the
     * first request of a client then takes about as long as later ones. {@link #isDone} tells when the server is ready;
     * requests may also come earlier, and are slower.
     *
     * @param request such as a client will make: the same encoder, probe and length of sound, as time depends on
     *     all. If it throws, the warm-up ends, and a warning is logged
     */
    public static EncoderWarmUp begin(Runnable request) {
        Objects.requireNonNull(request, "request");
        return new EncoderWarmUp(() -> {
            try {
                settle(request);
            } catch (RuntimeException e) {
                System.getLogger("org.unmute").log(System.Logger.Level.WARNING, "the request of a warm-up failed", e);
            }
        });
    }

    private static void settle(Runnable request) {
        long end = System.nanoTime() + REQUESTS_NANOS;
        long shortest = Long.MAX_VALUE;
        int steady = 0;
        while (steady < STEADY_REQUESTS) {
            long begin = System.nanoTime();
            request.run();
            long now = System.nanoTime();
            long took = now - begin;
            // Much shorter than before: something was compiled since, and more may be.
            steady = took > STEADY * shortest || took * STEADY < shortest ? 0 : steady + 1;
            shortest = Math.min(shortest, took);
            if (now > end) {
                return;
            }
        }
    }

    private static void onProcessor() {
        try (Backend backend = Backends.open("cpu", 1).backend()) {
            if (backend.name().equals("vector")) {
                run(backend);
            }
        } catch (RuntimeException e) {
            // Warm-up only saves time; if there is a problem, the actual work will fail with a better message.
            System.getLogger("org.unmute").log(System.Logger.Level.DEBUG, "warm-up stopped", e);
        }
    }

    /**
     * Waits for the warm-up to end: running the work in loops that are not compiled yet would take longer than the
     * wait.
     */
    public void await() {
        long from = System.nanoTime();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        firstWait.compareAndSet(null, new Wait(from, System.nanoTime()));
    }

    /** The first call of {@link #await} that has ended; empty before. */
    public Optional<Wait> firstWait() {
        return Optional.ofNullable(firstWait.get());
    }

    /** Whether the warm-up has ended: what {@link #await} waits for. */
    public boolean isDone() {
        return !thread.isAlive();
    }

    /** Weights with constant values. */
    private record Constant(Backend backend) implements Weights {
        @Override
        public boolean has(String name) {
            return true;
        }

        @Override
        public Tensor tensor(String name, long... shape) {
            float[] values = new float[Math.toIntExact(Shape.of(shape).elements())];
            Arrays.fill(values, 1f / DIM);
            return Tensor.of(backend, values, shape).freeze();
        }
    }

    /**
     * Runs small passes on a backend. A backend opened just for this purpose will do, since all backends of a kind
     * share the compiled code. Returns when the passes are fast, or after a few seconds.
     */
    public static void run(Backend backend) {
        backend.warmUp();
        Weights w = new Constant(backend);
        LayerNorm norm = LayerNorm.read(w, "norm", DIM, EPS);
        Attention attention = Attention.read(w, "attn", DIM, HEADS);
        FeedForward mlp = FeedForward.read(w, "mlp", DIM, HIDDEN, Unary.GELU);
        Trunk trunk = new Trunk(List.of(
                new TransformerBlock(TransformerBlock.Kind.PRE, norm, attention, norm, mlp),
                new TransformerBlock(TransformerBlock.Kind.POST, norm, attention, norm, mlp)));
        Tensor positions = w.tensor("positions", 1, TOKENS, DIM);
        float[] values = new float[TOKENS * DIM];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % DIM;
        }
        long end = System.nanoTime() + DEADLINE_NANOS;
        int fast = 0;
        for (int i = 0; fast < SETTLED && i < MAX_PASSES; i++) {
            long begin = System.nanoTime();
            try (TensorScope _ = new TensorScope()) {
                Tensor x = Tensor.of(backend, values, 1, TOKENS, DIM);
                Grad.withoutRecording(() -> trunk.apply(x.plus(positions), Trace.NONE))
                        .toFloats();
            }
            long now = System.nanoTime();
            fast += now - begin < COMPILED_NANOS ? 1 : 0;
            if (now > end) {
                return;
            }
            if (i > PASSES) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }
}
