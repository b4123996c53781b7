package org.unmute.convert.export;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Op;

/**
 * The ops through which a function's results depend on its inputs, each after those whose results it reads. Inputs are
 * parameters, so that the engine records what is computed from them, as it does for gradients.
 *
 * @param inputs of the function
 * @param results of the function
 * @param steps results of all ops, the last ones among {@code results}
 */
record OpRecord(List<Tensor> inputs, List<Tensor> results, List<Tensor> steps) {
    /** Runs a function and records it. */
    static OpRecord of(List<Tensor> values, Function<List<Tensor>, List<Tensor>> function) {
        List<Tensor> inputs = values.stream().map(Tensor::parameter).toList();
        List<Tensor> results = function.apply(inputs);
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Tensor> steps = new ArrayList<>();
        results.forEach(result -> visit(result, seen, steps));
        return new OpRecord(inputs, results, steps);
    }

    /** Depth first, without recursion: a network may have thousands of ops in a row. */
    private static void visit(Tensor result, Set<Tensor> seen, List<Tensor> steps) {
        Deque<Visit> open = new ArrayDeque<>();
        open.push(new Visit(result));
        while (!open.isEmpty()) {
            Visit visit = open.peek();
            Op op = visit.tensor.origin();
            if (op == null || visit.next == 0 && !seen.add(visit.tensor)) {
                open.pop();
            } else if (visit.next < op.inputs().size()) {
                open.push(new Visit(op.inputs().get(visit.next++)));
            } else {
                steps.add(visit.tensor);
                open.pop();
            }
        }
    }

    private static final class Visit {
        private final Tensor tensor;
        private int next;

        Visit(Tensor tensor) {
            this.tensor = tensor;
        }
    }
}
