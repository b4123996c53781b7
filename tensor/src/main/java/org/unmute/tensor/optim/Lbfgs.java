package org.unmute.tensor.optim;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Supplier;
import org.unmute.tensor.DType;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * Limited-memory BFGS (Nocedal and Wright, <i>Numerical Optimization</i>, algorithm 7.5): minimizes a smooth loss of
 * all data to convergence, such as the loss of a linear classifier, without a learning rate. It is no
 * {@link Optimizer}, since it evaluates the loss several times a step.
 *
 * <p>Directions are computed in double precision on the host, so the steps depend on the backend by the loss and its
 * gradients alone. A step satisfies the strong Wolfe conditions, or where the loss no longer changes beyond its
 * rounding, the approximate ones of Hager and Zhang. A line search takes at most {@value #EVALUATIONS} evaluations.
 */
public final class Lbfgs {
    /** Evaluations of one line search. */
    private static final int EVALUATIONS = 20;

    private static final double SUFFICIENT_DECREASE = 1e-4;
    private static final double CURVATURE = 0.9;

    private final Map<String, Tensor> parameters;
    private final Supplier<Tensor> loss;
    private final Settings settings;
    private final double rounding;
    private final Deque<Pair> pairs = new ArrayDeque<>();
    private int evaluations;

    private Lbfgs(Map<String, Tensor> parameters, Supplier<Tensor> loss, Settings settings) {
        // Checks that all of them can be trained.
        this.parameters = new ParameterGroup(parameters, 0, 0).parameters();
        this.loss = loss;
        this.settings = settings;
        boolean isDouble = this.parameters.values().stream().allMatch(parameter -> parameter.dtype() == DType.F64);
        // The loss is a sum of many terms: its error is some units in the last place.
        this.rounding = 8 * (isDouble ? Math.ulp(1.0) : Math.ulp(1f));
    }

    /**
     * When to stop.
     *
     * @param iterations steps at most, from 1
     * @param gradient converged where no element of the gradient exceeds this, from 0
     * @param decrease converged where a step lowers the loss by at most this share of it, from 0
     * @param memory pairs of steps and changes of the gradient that approximate the curvature, from 1; each takes 16
     *     bytes an element of the parameters
     */
    public record Settings(int iterations, double gradient, double decrease, int memory) {
        /** Checks the ranges. */
        public Settings {
            if (iterations < 1 || memory < 1 || !(gradient >= 0) || !(decrease >= 0)) {
                throw new IllegalArgumentException("L-BFGS: iterations and memory must be at least 1, gradient and"
                        + " decrease at least 0: " + iterations + ", " + memory + ", " + gradient + ", " + decrease);
            }
        }

        /** At most 1,000 steps, gradient 1e-5, decrease 1e-9, memory 10. */
        public Settings() {
            this(1000, 1e-5, 1e-9, 10);
        }
    }

    /** Why a minimization ended. */
    public enum End {
        /** No element of the gradient exceeds {@link Settings#gradient}. */
        GRADIENT,
        /** The last step lowered the loss by at most {@link Settings#decrease}. */
        DECREASE,
        /** No step lowers the loss any more at the precision at which it is computed. */
        PRECISION,
        /** {@link Settings#iterations} were taken; the loss was still falling. */
        ITERATIONS
    }

    /**
     * The end of a minimization.
     *
     * @param loss at the parameters
     * @param gradient the largest magnitude of an element of the gradient at the parameters
     * @param iterations steps taken
     * @param evaluations of the loss and its gradients
     */
    public record Result(End end, double loss, double gradient, int iterations, int evaluations) {}

    /**
     * Minimizes a loss. Each evaluation runs in a {@link TensorScope} of its own.
     *
     * @param parameters by name. Modified: at the end they are those of the last step
     * @param loss a scalar that depends on the parameters and on nothing that changes from call to call
     * @throws IllegalArgumentException if a parameter cannot be trained, or the loss is not finite at the given ones
     */
    public static Result minimize(Map<String, Tensor> parameters, Supplier<Tensor> loss, Settings settings) {
        return new Lbfgs(parameters, loss, settings).run();
    }

    /** A point with its loss and gradient; {@code slope} is that along the direction of the line search. */
    private record Point(double step, double[] x, double loss, double[] gradient, double slope) {
        double steepest() {
            return Arrays.stream(gradient).map(Math::abs).max().orElse(0);
        }
    }

    /** A step s and the change y of the gradient on it; {@code curvature} is sᵀy. */
    private record Pair(double[] step, double[] change, double curvature) {}

    private Result run() {
        Point at = evaluate(position(), 0, null);
        if (!Double.isFinite(at.loss)) {
            throw new IllegalArgumentException("L-BFGS: the loss is " + at.loss + " at the parameters to begin with");
        }
        for (int iteration = 0; iteration < settings.iterations; iteration++) {
            if (at.steepest() <= settings.gradient) {
                return end(End.GRADIENT, at, iteration);
            }
            Point next = search(at);
            if (next == at && !pairs.isEmpty()) {
                pairs.clear(); // The steepest descent may still find a step where a stale curvature does not.
                next = search(at);
            }
            if (next == at) {
                return end(End.PRECISION, at, iteration);
            }
            remember(at, next);
            double decrease = at.loss - next.loss;
            at = next;
            if (decrease <= settings.decrease * Math.max(Math.abs(at.loss), Math.abs(at.loss + decrease))) {
                return end(at.steepest() <= settings.gradient ? End.GRADIENT : End.DECREASE, at, iteration + 1);
            }
        }
        return end(at.steepest() <= settings.gradient ? End.GRADIENT : End.ITERATIONS, at, settings.iterations);
    }

    private Result end(End end, Point at, int iterations) {
        place(at.x);
        return new Result(end, at.loss, at.steepest(), iterations, evaluations);
    }

    private void remember(Point from, Point to) {
        double[] step = minus(to.x, from.x);
        double[] change = minus(to.gradient, from.gradient);
        double curvature = dot(step, change);
        // Keeps the approximation positive definite.
        if (curvature > 1e-10 * Math.sqrt(dot(step, step) * dot(change, change))) {
            if (pairs.size() == settings.memory) {
                pairs.removeFirst();
            }
            pairs.addLast(new Pair(step, change, curvature));
        }
    }

    /** The two-loop recursion: minus the approximate inverse Hessian times the gradient. */
    private double[] direction(double[] gradient) {
        double[] d = Arrays.stream(gradient).map(g -> -g).toArray();
        if (pairs.isEmpty()) {
            return d;
        }
        double[] weights = new double[pairs.size()];
        int i = pairs.size();
        for (Iterator<Pair> newest = pairs.descendingIterator(); newest.hasNext(); ) {
            Pair pair = newest.next();
            weights[--i] = dot(pair.step, d) / pair.curvature;
            add(d, -weights[i], pair.change);
        }
        Pair last = pairs.getLast();
        double scale = last.curvature / dot(last.change, last.change);
        for (int k = 0; k < d.length; k++) {
            d[k] *= scale;
        }
        for (Pair pair : pairs) {
            add(d, weights[i++] - dot(pair.change, d) / pair.curvature, pair.step);
        }
        return d;
    }

    /**
     * A point on the line from a point along its direction that satisfies the Wolfe conditions, or the lowest one that
     * decreases the loss sufficiently; {@code from} itself if none does.
     */
    private Point search(Point from) {
        double[] direction = direction(from.gradient);
        Point start = new Point(0, from.x, from.loss, from.gradient, dot(direction, from.gradient));
        double step = pairs.isEmpty() ? Math.min(1, 1 / norm1(from.gradient)) : 1;
        Point low = start;
        Point high = null;
        for (int tried = 0; tried < EVALUATIONS; tried++) {
            double[] x = start.x.clone();
            add(x, step, direction);
            Point point = evaluate(x, step, direction);
            if (Arrays.equals(point.x, low.x)) {
                break; // The step is below the precision of the parameters.
            }
            if (isNearlyFlat(start, point)) {
                return point;
            }
            // The negation also catches a loss that is NaN.
            if (!(point.loss <= start.loss + SUFFICIENT_DECREASE * step * start.slope && point.loss < low.loss)) {
                high = point;
            } else if (Math.abs(point.slope) <= -CURVATURE * start.slope) {
                return point;
            } else {
                if (point.slope * (high == null ? 1 : high.step - point.step) >= 0) {
                    high = low;
                }
                low = point;
            }
            step = high == null ? 4 * low.step : between(low, high);
        }
        return low == start ? from : low;
    }

    /** The approximate Wolfe conditions, for points whose losses differ by rounding only. */
    private boolean isNearlyFlat(Point start, Point point) {
        return Math.abs(point.loss - start.loss) <= rounding * Math.abs(start.loss)
                && point.slope >= CURVATURE * start.slope
                && point.slope <= (2 * SUFFICIENT_DECREASE - 1) * start.slope;
    }

    /** The minimum of the cubic through two points, kept off the ends of the interval. */
    private static double between(Point low, Point high) {
        double width = high.step - low.step;
        double middle = low.step + width / 2;
        if (!Double.isFinite(high.loss) || !Double.isFinite(high.slope)) {
            return middle;
        }
        double d1 = low.slope + high.slope - 3 * (high.loss - low.loss) / width;
        double root = d1 * d1 - low.slope * high.slope;
        double d2 = Math.signum(width) * Math.sqrt(root);
        double share = 1 - (high.slope + d2 - d1) / (high.slope - low.slope + 2 * d2);
        return root >= 0 && Double.isFinite(share) ? low.step + width * Math.clamp(share, 0.1, 0.9) : middle;
    }

    /** Sets the parameters and computes loss and gradients; the position is that to which their type rounds. */
    private Point evaluate(double[] x, double step, double[] direction) {
        evaluations++;
        place(x);
        double[] rounded = position();
        double[] gradient = new double[x.length];
        try (TensorScope _ = new TensorScope()) {
            Tensor value = loss.get();
            Gradients gradients = Gradients.of(value, parameters);
            int at = 0;
            for (String name : parameters.keySet()) {
                double[] own = gradients.get(name).toDoubles();
                System.arraycopy(own, 0, gradient, at, own.length);
                at += own.length;
            }
            double slope = direction == null ? 0 : dot(direction, gradient);
            return new Point(step, rounded, value.item(), gradient, slope);
        }
    }

    private double[] position() {
        return parameters.values().stream()
                .flatMapToDouble(parameter -> Arrays.stream(parameter.toDoubles()))
                .toArray();
    }

    private void place(double[] x) {
        int at = 0;
        for (Tensor parameter : parameters.values()) {
            int end = at + Math.toIntExact(parameter.shape().elements());
            try (TensorScope _ = new TensorScope()) {
                parameter.detach().assign(like(parameter, Arrays.copyOfRange(x, at, end)));
            }
            at = end;
        }
    }

    private static Tensor like(Tensor parameter, double[] values) {
        long[] shape = parameter.shape().toArray();
        if (parameter.dtype() == DType.F64) {
            return Tensor.of(parameter.backend(), values, shape);
        }
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = (float) values[i];
        }
        return Tensor.of(parameter.backend(), rounded, shape);
    }

    private static double[] minus(double[] a, double[] b) {
        double[] difference = a.clone();
        add(difference, -1, b);
        return difference;
    }

    /** a += scale b. */
    private static void add(double[] a, double scale, double[] b) {
        for (int i = 0; i < a.length; i++) {
            a[i] += scale * b[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double norm1(double[] a) {
        return Arrays.stream(a).map(Math::abs).sum();
    }
}
