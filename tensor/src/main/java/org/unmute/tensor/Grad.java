package org.unmute.tensor;

import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.function.Supplier;
import org.unmute.tensor.backend.Buffer;
import org.unmute.tensor.op.CustomOp;
import org.unmute.tensor.op.Op;

/**
 * Reverse-mode differentiation: walks the recorded ops backwards from a result and collects the gradients of the
 * leaves, which are the tensors made by {@link Tensor#parameter()}.
 *
 * <pre>{@code
 * Grad grad = Grad.of(loss);
 * Tensor g = grad.wrt(weight);
 * }</pre>
 */
public final class Grad {
    private static final ThreadLocal<Boolean> PAUSED = ThreadLocal.withInitial(() -> false);

    private final Map<Tensor, Tensor> leaves = new IdentityHashMap<>();

    private Grad() {}

    /** Gradients of a result with one element. */
    public static Grad of(Tensor loss) {
        if (loss.shape().elements() != 1) {
            throw new IllegalArgumentException("grad: the loss must have one element, its shape is " + loss.shape()
                    + ": reduce it, or give an upstream gradient");
        }
        return of(loss, Tensor.full(loss.backend(), loss.dtype(), loss.shape(), 1));
    }

    /** Gradients of {@code Σ result · upstream}. */
    public static Grad of(Tensor result, Tensor upstream) {
        if (!result.requiresGradient()) {
            throw new IllegalArgumentException("grad: the result depends on no parameter");
        }
        if (!upstream.shape().equals(result.shape()) || upstream.dtype() != result.dtype()) {
            throw new IllegalArgumentException("grad: upstream gradient is " + upstream.dtype() + upstream.shape()
                    + ", the result is " + result.dtype() + result.shape());
        }
        Grad grad = new Grad();
        withoutRecording(() -> {
            grad.walk(result, upstream);
            return null;
        });
        return grad;
    }

    /**
     * Gradients are released after their last use, because together they need more memory than all activations of the
     * network. Only the gradients of leaves are kept.
     */
    private void walk(Tensor result, Tensor upstream) {
        Map<Tensor, Tensor> pending = new IdentityHashMap<>();
        // Newest results first: an op's result is always newer than its inputs.
        PriorityQueue<Tensor> queue =
                new PriorityQueue<>(Comparator.comparingLong(Tensor::sequence).reversed());
        pending.put(result, upstream);
        queue.add(result);
        try (TensorScope made = new TensorScope()) {
            Users users = new Users(made);
            users.add(upstream);
            while (!queue.isEmpty()) {
                Tensor y = queue.poll();
                Tensor gy = pending.remove(y);
                Op op = y.origin();
                if (op == null) {
                    leaves.put(y, gy);
                    continue;
                }
                List<Tensor> inputs = op.inputs();
                List<Tensor> gradients = backward(op, y, gy);
                for (int i = 0; i < inputs.size(); i++) {
                    Tensor x = inputs.get(i);
                    Tensor gx = gradients.get(i);
                    if (gx == null || !x.requiresGradient()) {
                        continue;
                    }
                    Tensor soFar = pending.get(x);
                    Tensor all = soFar == null ? gx : sum(soFar, gx);
                    users.add(all);
                    pending.put(x, all);
                    if (soFar == null) {
                        queue.add(x);
                    } else {
                        users.remove(soFar);
                    }
                }
                gradients.forEach(users::releaseUnused);
                users.remove(gy);
            }
            leaves.values().forEach(made::keep);
        }
    }

    /** The gradients of an op's inputs. Temporaries of the computation are released. */
    private static List<Tensor> backward(Op op, Tensor y, Tensor gy) {
        try (TensorScope scope = new TensorScope()) {
            List<Tensor> gradients = op.backward(y, gy);
            if (op instanceof CustomOp) {
                InputRules.checkGradients(op, gradients);
            }
            gradients.stream().filter(Objects::nonNull).forEach(scope::keep);
            return gradients;
        }
    }

    /** Counts, for each buffer, the pending gradients that are views of it. */
    private static final class Users {
        private final TensorScope made;
        private final Map<Buffer, Integer> counts = new IdentityHashMap<>();

        /** @param made the scope that owns the gradients to be released */
        Users(TensorScope made) {
            this.made = made;
        }

        void add(Tensor gradient) {
            counts.merge(gradient.view().buffer(), 1, Integer::sum);
        }

        void remove(Tensor gradient) {
            if (counts.merge(gradient.view().buffer(), -1, Integer::sum) == 0) {
                counts.remove(gradient.view().buffer());
                made.releaseOwn(gradient);
            }
        }

        /** Releases a gradient that is not required or was added to another one. */
        void releaseUnused(Tensor gradient) {
            if (gradient != null && !counts.containsKey(gradient.view().buffer())) {
                made.releaseOwn(gradient);
            }
        }
    }

    /** Adds two gradients. In a storage type, the sum is taken in float32 and rounded. */
    private static Tensor sum(Tensor a, Tensor b) {
        return a.dtype().isComputable()
                ? a.plus(b)
                : a.cast(DType.F32).plus(b.cast(DType.F32)).cast(a.dtype());
    }

    /** The gradient of a parameter, in the parameter's shape; zeros if the result does not depend on it. */
    public Tensor wrt(Tensor parameter) {
        Tensor g = leaves.get(parameter);
        if (g == null) {
            if (!parameter.requiresGradient() || parameter.origin() != null) {
                throw new IllegalArgumentException(
                        "grad: not a parameter: " + parameter.describe() + ": make it one with parameter()");
            }
            return parameter.zerosLike();
        }
        return g;
    }

    /** Runs code without recording ops, so its results have no gradient and keep no other tensors in memory. */
    public static <T> T withoutRecording(Supplier<T> body) {
        boolean before = PAUSED.get();
        PAUSED.set(true);
        try {
            return body.get();
        } finally {
            PAUSED.set(before);
        }
    }

    static boolean isRecording() {
        return !PAUSED.get();
    }
}
