package org.unmute.report.clip;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.Contributions.Part;
import org.unmute.report.clip.ClipExplanation.Reason;
import org.unmute.report.page.Picture;

/**
 * The weights of prototypes for classes (Figure 4 of the paper).
 *
 * @param classes names of the rows
 * @param prototypes names of the columns, grouped by the class with the largest weight
 * @param weights {@code [classes][prototypes]}, 0 if a class does not use a prototype
 * @param shown columns whose prototypes are shown for an explained class
 * @param whole whether these are all classes and prototypes of the probe
 */
public record WeightTable(
        List<String> classes, List<String> prototypes, double[][] weights, List<Integer> shown, boolean whole) {
    private static final int MAX_CLASSES = 40;
    private static final int MAX_PROTOTYPES = 1200;
    /** Number of prototypes per class, if not all fit. */
    private static final int STRONGEST = 20;

    /** The table for a clip's probe, explained classes first if not all fit; empty if the probe has no prototypes. */
    static Optional<WeightTable> of(ClipExplanation clip) {
        if (clip.reasons().isEmpty()
                || clip.reasons().getFirst().contributions().kind() != Contributions.Kind.PROTOTYPES) {
            return Optional.empty();
        }
        boolean allClasses = clip.classes().size() <= MAX_CLASSES;
        Set<Integer> rows = new LinkedHashSet<>();
        if (!allClasses) {
            clip.reasons().stream().map(Reason::classIndex).forEach(rows::add);
        }
        for (int c : allClasses
                ? IntStream.range(0, clip.classes().size()).boxed().toList()
                : Explainer.best(clip.logits(), MAX_CLASSES)) {
            if (rows.size() < MAX_CLASSES) {
                rows.add(c);
            }
        }
        List<List<Part>> parts = new ArrayList<>();
        for (int c : rows) {
            List<Part> own = clip.on().contributions(c).orElseThrow().parts();
            if (own.stream().map(Part::index).distinct().count() < own.size()) {
                return Optional.empty(); // several weights for a prototype
            }
            parts.add(own);
        }
        return Optional.of(table(clip, List.copyOf(rows), parts, allClasses));
    }

    private static WeightTable table(
            ClipExplanation clip, List<Integer> rows, List<List<Part>> parts, boolean allClasses) {
        Set<Integer> every = new LinkedHashSet<>();
        parts.forEach(own -> own.forEach(p -> every.add(p.index())));
        boolean allPrototypes = every.size() <= MAX_PROTOTYPES;
        Set<Integer> marked = new HashSet<>();
        clip.reasons().forEach(r -> r.shown().forEach(s -> marked.add(s.part().index())));
        Set<Integer> columns = allPrototypes ? every : new LinkedHashSet<>(marked);
        if (!allPrototypes) {
            parts.forEach(own -> own.stream()
                    .sorted(Comparator.comparingDouble((Part p) -> -Math.abs(p.weight())))
                    .limit(STRONGEST)
                    .forEach(p -> columns.add(p.index())));
        }
        Map<Integer, double[]> byPrototype = new HashMap<>();
        Map<Integer, String> names = new HashMap<>();
        columns.forEach(j -> byPrototype.put(j, new double[rows.size()]));
        for (int r = 0; r < rows.size(); r++) {
            for (Part p : parts.get(r)) {
                if (byPrototype.containsKey(p.index())) {
                    byPrototype.get(p.index())[r] = p.weight();
                    names.put(p.index(), p.name());
                }
            }
        }
        List<Integer> order = columns.stream()
                .sorted(Comparator.comparingInt((Integer j) -> max(byPrototype.get(j)))
                        .thenComparingDouble(j -> -byPrototype.get(j)[max(byPrototype.get(j))])
                        .thenComparingInt(j -> j))
                .toList();
        double[][] weights = new double[rows.size()][order.size()];
        for (int r = 0; r < weights.length; r++) {
            for (int j = 0; j < order.size(); j++) {
                weights[r][j] = byPrototype.get(order.get(j))[r];
            }
        }
        return new WeightTable(
                rows.stream().map(clip.classes()::get).toList(),
                order.stream().map(names::get).toList(),
                weights,
                IntStream.range(0, order.size())
                        .filter(i -> marked.contains(order.get(i)))
                        .boxed()
                        .toList(),
                allClasses && allPrototypes);
    }

    private static int max(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    Picture.Range range() {
        double max = 0;
        for (double[] row : weights) {
            for (double w : row) {
                max = Math.max(max, Math.abs(w));
            }
        }
        return Picture.Range.around0(max);
    }

    Picture picture() {
        return Picture.ofTable(weights, range());
    }
}
