package org.unmute.tensor;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Supplier;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Buffer;
import org.unmute.tensor.backend.ElementSource;
import org.unmute.tensor.backend.View;

/**
 * Everything allocated by this thread between opening and closing is released at the end, unless {@linkplain #keep
 * kept}. Scopes nest; what an inner one keeps belongs to the outer one. Outside any scope the garbage collector decides
 * (CPU).
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

    /** Zeros. */
    static View allocate(Backend backend, DType dtype, Shape shape) {
        return adopted(backend.allocate(dtype, shape));
    }

    /** Memory that is then written in full. */
    static View allocateForResult(Backend backend, DType dtype, Shape shape) {
        return adopted(backend.allocateForResult(dtype, shape));
    }

    /** The numbers of a Java array, which is the tensor's own from now on where the backend's memory is such. */
    static View take(Backend backend, View host) {
        return adopted(backend.take(host));
    }

    /** A weight of linear maps, see {@link Backend#linearWeight}. */
    static View linearWeight(Backend backend, Shape shape, ElementSource source) {
        return adopted(backend.linearWeight(shape, source));
    }

    private static View adopted(View view) {
        TensorScope scope = CURRENT.get();
        if (scope != null) {
            scope.adopt(view.buffer());
        }
        return view;
    }

    /**
     * Runs {@code body} outside of any scope: what it allocates is left to the garbage collector, like a model's
     * weights. For tensors that are kept from one pass to the next.
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
     * Runs {@code body} in a scope of its own that keeps nothing but the result; everything, if gradients reach the
     * result, since they are then computed from what led to it.
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
     * Releases a tensor before its scope ends, and with it every other look at the same memory. Does nothing for a
     * tensor that no open scope of this thread owns.
     */
    public static void release(Tensor tensor) {
        TensorScope s = CURRENT.get();
        while (s != null && !s.releaseOwn(tensor)) {
            s = s.outer;
        }
    }

    /** Releases a tensor that this very scope owns; says whether it does. */
    boolean releaseOwn(Tensor tensor) {
        Buffer buffer = tensor.view().buffer();
        boolean owns = owned.remove(buffer);
        if (owns) {
            count(buffer.bytes());
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

    private void count(long bytes) {
        for (TensorScope s = this; s != null; s = s.outer) {
            s.live -= bytes;
        }
    }

    /**
     * Lets a tensor outlive this scope, also one made in a scope that is open inside this one; it belongs to the outer
     * scope then, or to the garbage collector. Does nothing for a tensor made outside this scope.
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
                release(owner, buffer.bytes());
                if (outer != null) {
                    outer.owned.add(buffer);
                }
                break;
            }
        }
        return tensor;
    }

    /** Takes bytes off the scopes from {@code inner} out to this one. */
    private void release(TensorScope inner, long bytes) {
        for (TensorScope s = inner; s != outer; s = s.outer) {
            s.live -= bytes;
        }
    }

    /** Bytes held by tensors of this scope and the scopes inside it. */
    public long liveBytes() {
        return live;
    }

    /** The most that {@link #liveBytes} ever was. */
    public long peakBytes() {
        return peak;
    }

    /**
     * Releases what was not kept.
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
            count(b.bytes());
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
