package org.unmute.report.chart;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.report.chart.SeriesStyle.Shape;
import org.unmute.report.drawing.ColourRole;

/**
 * Assigns styles to series. Each probe listed here has the same style in every figure of every report; prototype probes
 * have warm colours. A probe that is not listed, such as one from another jar, takes the next unused style.
 */
public final class SeriesStyles {
    private static final List<ColourRole> COLOURS = List.copyOf(EnumSet.range(ColourRole.BLUE, ColourRole.NAVY));
    private static final List<Shape> SHAPES = List.of(Shape.values());
    private static final Map<String, SeriesStyle> PROTOTYPES = Map.of(
            "protobin",
            new SeriesStyle(ColourRole.PROTOBIN, Shape.CIRCLE, false, true, false),
            "proto",
            new SeriesStyle(ColourRole.PROTO, Shape.DIAMOND, false, false, false),
            "protofloat",
            new SeriesStyle(ColourRole.PROTOFLOAT, Shape.SQUARE, true, false, false));
    /**
     * Probes with a fixed style, which is given by their position. Those most often compared come first and have
     * different colours.
     */
    private static final List<String> FIXED = List.of(
            "linear",
            "mhca",
            "mlp",
            "ep",
            "conv",
            "linear-mean",
            "simpool",
            "linpre",
            "abmilp",
            "abmilp-sa",
            "linearc-clsmean",
            "linearc-freqconcat",
            "cgp",
            "linear-layers",
            "head2toe");

    private SeriesStyles() {}

    /** The style of the {@code index}-th series, from 0. Colours repeat after 7 series, styles after 35. */
    public static SeriesStyle at(int index) {
        int round = index / COLOURS.size();
        return new SeriesStyle(
                COLOURS.get(index % COLOURS.size()), SHAPES.get(round % SHAPES.size()), round % 2 == 1, false, false);
    }

    /**
     * Assigns a style to each label. A label is a probe's name, optionally followed by a space and its options, such as
     * {@code protobin prototypes=10}. The first label of a probe takes the style of the probe; further labels take its
     * colour with another shape.
     */
    public static Map<String, SeriesStyle> ofProbes(List<String> labels) {
        Map<String, SeriesStyle> byProbe = new HashMap<>();
        int next = FIXED.size();
        for (String label : labels) {
            String probe = probe(label);
            if (!byProbe.containsKey(probe)) {
                int index = FIXED.indexOf(probe);
                SeriesStyle prototype = PROTOTYPES.get(probe);
                byProbe.put(probe, prototype != null ? prototype : at(index >= 0 ? index : next++));
            }
        }
        Map<String, SeriesStyle> styles = new LinkedHashMap<>();
        Set<SeriesStyle> taken = new HashSet<>(byProbe.values());
        Set<String> seen = new HashSet<>();
        for (String label : labels) {
            SeriesStyle base = byProbe.get(probe(label));
            SeriesStyle style = seen.add(probe(label)) ? base : variant(base, taken);
            taken.add(style);
            styles.put(label, style);
        }
        return styles;
    }

    private static String probe(String label) {
        return label.split(" ", 2)[0];
    }

    /** The same colour with an unused combination of shape and dashes; if all are used, the last one tried. */
    private static SeriesStyle variant(SeriesStyle base, Set<SeriesStyle> taken) {
        SeriesStyle style = base;
        for (int k = 1; k < 2 * SHAPES.size(); k++) {
            Shape shape = SHAPES.get((base.shape().ordinal() + k) % SHAPES.size());
            style = new SeriesStyle(base.colour(), shape, base.dashed() ^ k % 2 == 1, false, false);
            if (!taken.contains(style)) {
                return style;
            }
        }
        return style;
    }

    /** Number of shapes by which a style is past the first shape of its colour, 0 to 4. */
    static int round(SeriesStyle style) {
        SeriesStyle first = PROTOTYPES.values().stream()
                .filter(p -> p.colour() == style.colour())
                .findFirst()
                .orElse(at(0));
        return Math.floorMod(style.shape().ordinal() - first.shape().ordinal(), SHAPES.size());
    }
}
