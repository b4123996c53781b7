package org.unmute.cli.chart;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.cli.chart.Look.Shape;

/** The looks of series. A known probe looks the same in every figure and report; prototypes have the warm colours. */
public final class Looks {
    private static final List<Role> COLOURS =
            List.of(Role.BLUE, Role.GREEN, Role.VIOLET, Role.CYAN, Role.OLIVE, Role.GREY, Role.NAVY);
    private static final List<Shape> SHAPES =
            List.of(Shape.CIRCLE, Shape.SQUARE, Shape.DIAMOND, Shape.TRIANGLE, Shape.WEDGE);
    private static final Look PROTOBIN = new Look(Role.PROTOBIN, Shape.CIRCLE, false, true, false);
    private static final Map<String, Look> PROTOTYPES = Map.of(
            "protobin",
            PROTOBIN,
            "proto",
            new Look(Role.PROTO, Shape.DIAMOND, false, false, false),
            "protofloat",
            new Look(Role.PROTOFLOAT, Shape.SQUARE, true, false, false));
    /** Their place decides the colour: those that are compared most have colours of their own. */
    private static final List<String> OTHERS = List.of(
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
            "cgp");

    private Looks() {}

    /**
     * The look of the series at a place, from 0; colours come again after seven with another shape and dashes, looks
     * after 35.
     */
    public static Look at(int place) {
        int round = place / COLOURS.size();
        return new Look(
                COLOURS.get(place % COLOURS.size()), SHAPES.get(round % SHAPES.size()), round % 2 == 1, false, false);
    }

    /** The heavy look of the series that a figure is about. */
    public static Look emphasised() {
        return PROTOBIN;
    }

    /**
     * A look for each probe by its name in the program ({@code protobin}, {@code mhca} ...). A name may be followed by
     * a space and what makes this one special, such as {@code protobin prototypes=10}: the first of a probe has the
     * probe's look, others its colour with another shape. Probes that are not known take the looks left over, in order.
     */
    public static Map<String, Look> ofProbes(List<String> probes) {
        Map<String, Look> byName = new LinkedHashMap<>();
        int next = OTHERS.size();
        for (String probe : probes) {
            String name = name(probe);
            if (!byName.containsKey(name)) {
                int place = OTHERS.indexOf(name);
                Look known = PROTOTYPES.get(name);
                byName.put(name, known != null ? known : at(place >= 0 ? place : next++));
            }
        }
        Map<String, Look> looks = new LinkedHashMap<>();
        Set<Look> taken = new HashSet<>(byName.values());
        Set<String> first = new HashSet<>();
        for (String probe : probes) {
            Look base = byName.get(name(probe));
            Look look = first.add(name(probe)) ? base : variant(base, taken);
            taken.add(look);
            looks.put(probe, look);
        }
        return looks;
    }

    private static String name(String probe) {
        int space = probe.indexOf(' ');
        return space > 0 ? probe.substring(0, space) : probe;
    }

    /** The same colour with a shape and dashes that are not taken; the last of them again if all are. */
    private static Look variant(Look base, Set<Look> taken) {
        Look look = base;
        for (int k = 1; k < 2 * SHAPES.size(); k++) {
            Shape shape = SHAPES.get((base.shape().ordinal() + k) % SHAPES.size());
            look = new Look(base.colour(), shape, base.dashed() ^ k % 2 == 1, false, false);
            if (!taken.contains(look)) {
                return look;
            }
        }
        return look;
    }

    /** How far a look's shape is from the first one of its colour: 0 for the first, up to 4. */
    static int round(Look look) {
        Look first = PROTOTYPES.values().stream()
                .filter(p -> p.colour() == look.colour())
                .findFirst()
                .orElse(at(0));
        return Math.floorMod(look.shape().ordinal() - first.shape().ordinal(), SHAPES.size());
    }
}
