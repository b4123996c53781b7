package org.unmute.tensor;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Buffer;
import org.unmute.tensor.backend.ElementSource;
import org.unmute.tensor.backend.View;

/**
 * On closing, releases every tensor that this thread has allocated since opening, except those {@linkplain #keep kept}.
 * Scopes nest: a tensor kept by an inner scope then belongs to the outer one. Outside any scope, the garbage collector
 * frees tensors.
 *
 * <pre>{@code
 * try (TensorScope scope = new TensorScope()) {
 *     Tensor scores = scope.keep(model.forward(batch));
 *     …
 * }
 * }</pre>
 */
public final class TensorScope implements AutoCloseable {
    private static final ThreadLocal<TensorScope> CURRENT = new ThreadLocal<>();

    private final TensorScope outer = CURRENT.get();
    private final Set<Buffer> owned = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Thread thread = Thread.currentThread();
    private long live;
    private long peak;
    private boolean closed;

    /** Opens a scope on this thread. */
    public TensorScope() {
        CURRENT.set(this);
    }

    /** Zeroed memory. */
    static View allocate(Backend backend, DType dtype, Shape shape) {
        return owned(backend.allocate(dtype, shape));
    }

    /** Memory with undefined contents, for results that the caller writes in full. */
    static View allocateForResult(Backend backend, DType dtype, Shape shape) {
        return owned(backend.allocateForResult(dtype, shape));
    }

    /** See {@link Backend#take}. */
    static View take(Backend backend, View host) {
        return owned(backend.take(host));
    }

    /** See {@link Backend#linearWeight}. */
    static View linearWeight(Backend backend, Shape shape, ElementSource source) {
        return owned(backend.linearWeight(shape, source));
    }

    private static View owned(View view) {
        TensorScope scope = CURRENT.get();
        if (scope != null) {
            scope.adopt(view.buffer());
        }
        return view;
    }

    /**
     * Runs {@code body} outside any scope, so that the tensors it allocates, such as a model's weights, are left to the
     * garbage collector. For tensors that live from one pass to the next.
     */
    public static <T> T outside(Supplier<T> body) {
        TensorScope before = CURRENT.get();
        CURRENT.remove();
        try {
            return body.get();
        } finally {
            if (before != null) {
                CURRENT.set(before);
            }
        }
    }

    /**
     * Runs {@code body} in its own scope and keeps only the result. If the result requires a gradient, keeps
     * everything, because the gradient is computed from the intermediate tensors.
     */
    public static Tensor only(Supplier<Tensor> body) {
        try (TensorScope scope = new TensorScope()) {
            Tensor result = body.get();
            if (result.requiresGradient()) {
                scope.keepAll();
            }
            return scope.keep(result);
        }
    }

    /**
     * Releases a tensor and every other view of its memory before its scope ends. Does nothing if no open scope of this
     * thread owns the tensor.
     */
    public static void release(Tensor tensor) {
        TensorScope s = CURRENT.get();
        while (s != null && !s.releaseOwn(tensor)) {
            s = s.outer;
        }
    }

    /** Releases a tensor if this scope itself owns it, and returns whether it did. */
    boolean releaseOwn(Tensor tensor) {
        Buffer buffer = tensor.view().buffer();
        boolean owns = owned.remove(buffer);
        if (owns) {
            subtract(buffer.bytes(), null);
            buffer.close();
        }
        return owns;
    }

    private void keepAll() {
        for (Buffer b : owned) {
            live -= b.bytes();
            if (outer != null) {
                outer.owned.add(b);
            }
        }
        owned.clear();
    }

    private void adopt(Buffer buffer) {
        if (owned.add(buffer)) {
            for (TensorScope s = this; s != null; s = s.outer) {
                s.live += buffer.bytes();
                s.peak = Math.max(s.peak, s.live);
            }
        }
    }

    /** Subtracts bytes from this scope and its outer scopes, up to but excluding {@code end}. */
    private void subtract(long bytes, @Nullable TensorScope end) {
        for (TensorScope s = this; s != end; s = s.outer) {
            s.live -= bytes;
        }
    }

    /**
     * Lets a tensor outlive this scope. The tensor then belongs to the outer scope, or to the garbage collector if
     * there is none. It may also come from a scope opened inside this one. Does nothing for a tensor allocated outside
     * this scope.
     */
    public Tensor keep(Tensor tensor) {
        Buffer buffer = tensor.view().buffer();
        TensorScope owner = CURRENT.get();
        while (owner != null && !owner.owned.contains(buffer)) {
            owner = owner.outer;
        }
        for (TensorScope s = owner; s != null; s = s.outer) {
            if (s == this) {
                owner.owned.remove(buffer);
                owner.subtract(buffer.bytes(), outer);
                if (outer != null) {
                    outer.owned.add(buffer);
                }
                break;
            }
        }
        return tensor;
    }

    /** Bytes held by tensors of this scope and the scopes inside it. */
    public long liveBytes() {
        return live;
    }

    /** The maximum of {@link #liveBytes} so far. */
    public long peakBytes() {
        return peak;
    }

    /**
     * Releases every tensor that was not kept.
     *
     * @throws IllegalStateException if an inner scope is still open or another thread opened this one
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (Thread.currentThread() != thread || CURRENT.get() != this) {
            throw new IllegalStateException("tensor scope: close it on the thread that opened it, inner scopes first");
        }
        closed = true;
        for (Buffer b : owned) {
            subtract(b.bytes(), null);
            b.close();
        }
        owned.clear();
        if (outer == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(outer);
        }
    }
}
