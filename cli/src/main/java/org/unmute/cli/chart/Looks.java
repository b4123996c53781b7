package org.unmute.cli.chart;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.cli.chart.Look.Shape;

/** The looks of series. A known probe looks the same in every figure and report; prototypes have the warm colours. */
public final class Looks {
    private static final List<Role> COLOURS = List.of(Role.BLUE, Role.GREEN, Role.VIOLET, Role.CYAN, Role.OLIVE, Role.GREY, Role.NAVY);
    private static final List<Shape> SHAPES = List.of(Shape.CIRCLE, Shape.SQUARE, Shape.DIAMOND, Shape.TRIANGLE, Shape.WEDGE);
    private static final Look PROTOBIN = new Look(Role.PROTOBIN, Shape.CIRCLE, false, true, false);
    private static final Map<String, Look> PROTOTYPES = Map.of("protobin", PROTOBIN,
            "proto", new Look(Role.PROTO, Shape.DIAMOND, false, false, false),
            "protofloat", new Look(Role.PROTOFLOAT, Shape.SQUARE, true, false, false));
    /** Their place decides the colour: those that are compared most have colours of their own. */
    private static final List<String> OTHERS = List.of("linear", "mhca", "mlp", "ep", "conv", "linear-mean", "simpool", "linpre", "abmilp",
            "abmilp-sa", "linearc-clsmean", "linearc-freqconcat", "cgp");

    private Looks() {
    }

    /** The look of the series at a place, from 0; colours come again after seven with another shape and dashes, looks after 35. */
    public static Look at(int place) {
        int round = place / COLOURS.size();
        return new Look(COLOURS.get(place % COLOURS.size()), SHAPES.get(round % SHAPES.size()), round % 2 == 1, false, false);
    }

    /** The heavy look of the series that a figure is about. */
    public static Look emphasised() {
        return PROTOBIN;
    }

    /**
     * A look for each probe by its name in the program ({@code protobin}, {@code mhca} ...); those that are not known take the looks
     * left over, in order.
     */
    public static Map<String, Look> ofProbes(List<String> probes) {
        Map<String, Look> looks = new LinkedHashMap<>();
        int next = OTHERS.size();
        for (String probe : probes) {
            int place = OTHERS.indexOf(probe);
            Look known = PROTOTYPES.get(probe);
            looks.put(probe, known != null ? known : at(place >= 0 ? place : next++));
        }
        return looks;
    }
}
