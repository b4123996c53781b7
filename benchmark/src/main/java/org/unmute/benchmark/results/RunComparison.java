package org.unmute.benchmark.results;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmute.files.InputException;

/**
 * Merges runs. Two cells with the same encoder, data set and probe are
 * <ul>
 * <li>kept apart if their options differ: a different number of prototypes makes a variant for the effect of J, any
 *     other option a separate column (except options that differ only between encoders or data sets, such as those that
 *     depend on the token size);</li>
 * <li>an error otherwise, because it is unclear which one is meant.</li>
 * <li>an error otherwise, since it is not clear which one is meant.</li>
 * </ul>
 */
public final class RunComparison {
    private final List<ResultFolder> runs;
    private final List<String> remarks = new ArrayList<>();

    private RunComparison(List<ResultFolder> runs) {
        this.runs = runs;
    }

    /**
     * Reads and merges runs.
     *
     * @throws InputException if a file is damaged, runs contradict each other, or no cell is finished
     * @throws IOException if a folder cannot be listed
     */
    public static ComparedRuns read(List<Path> folders) throws IOException {
        List<ResultFolder> runs = new ArrayList<>();
        for (Path folder : folders) {
            runs.add(ResultFolder.read(folder));
        }
        return new RunComparison(runs).results();
    }

    private ComparedRuns results() {
        List<FinishedCell> cells = distinct();
        if (cells.isEmpty()) {
            throw new InputException("no finished cell in "
                    + runs.stream().map(r -> r.folder().toString()).collect(Collectors.joining(", "))
                    + ": let 'unmute benchmark' finish at least one");
        }
        comparable(cells);
        Map<FinishedCell, Column> columns = columns(cells);
        List<Column> order = columns.entrySet().stream()
                .sorted(Comparator.comparing(e ->
                        probeOrder().indexOf(e.getKey().folder().getFileName().toString())))
                .map(Map.Entry::getValue)
                .distinct()
                .toList();
        List<Entry> entries = new ArrayList<>();
        List<Entry> variants = new ArrayList<>();
        Map<List<Object>, List<FinishedCell>> places = cells.stream()
                .collect(Collectors.groupingBy(
                        c -> List.of(c.dataset().key(), c.encoder().key(), columns.get(c)),
                        LinkedHashMap::new,
                        Collectors.toList()));
        for (List<FinishedCell> place : places.values()) {
            FinishedCell shown = shown(place);
            for (FinishedCell c : place) {
                (c == shown ? entries : variants).add(new Entry(columns.get(c), c, CellDetail.read(c)));
            }
        }
        List<Name> encoders = names(cells, GridFile::encoders, FinishedCell::encoder);
        List<Name> datasets = names(cells, GridFile::datasets, FinishedCell::dataset);
        Comparator<Entry> byPlace = Comparator.comparing(
                        (Entry e) -> place(datasets, e.cell().dataset()))
                .thenComparing(e -> place(encoders, e.cell().encoder()))
                .thenComparing(e -> order.indexOf(e.column()))
                .thenComparing(e -> e.cell().prototypes());
        entries.sort(byPlace);
        variants.sort(byPlace);
        remarkPrototypes(entries, variants);
        remarkDifferences(cells);
        return new ComparedRuns(
                runs,
                encoders,
                datasets,
                order,
                entries,
                variants,
                missing(cells),
                (int) runs.stream()
                        .flatMap(r -> r.grid().planned().stream())
                        .distinct()
                        .count(),
                remarks);
    }

    /** All cells, without duplicates across runs. */
    private List<FinishedCell> distinct() {
        Map<List<Object>, FinishedCell> byIdentity = new LinkedHashMap<>();
        for (ResultFolder run : runs) {
            for (FinishedCell cell : run.cells()) {
                FinishedCell other = byIdentity.putIfAbsent(
                        List.of(
                                cell.encoder().key(),
                                cell.dataset().key(),
                                cell.probe(),
                                cell.otherOptions(),
                                cell.prototypes()),
                        cell);
                if (other != null) {
                    requireSame(other, cell);
                    remarks.add(cell.path() + " is in " + other.folder() + " and in " + cell.folder()
                            + " with the same scores; it counts once.");
                }
            }
        }
        return List.copyOf(byIdentity.values());
    }

    private static void requireSame(FinishedCell a, FinishedCell b) {
        Function<FinishedCell, List<List<Double>>> scores = c -> c.seeds().stream()
                .map(s -> List.of((double) s.seed(), s.validation(), s.test()))
                .toList();
        if (!scores.apply(a).equals(scores.apply(b))) {
            throw new InputException(a.path() + " has different scores in two places: " + told(a) + ", " + told(b)
                    + ": nothing says which is meant: leave one out");
        }
    }

    private static String told(FinishedCell c) {
        return c.folder() + " has " + c.test().mean() + " over " + c.seeds().size() + " seeds";
    }

    private static void comparable(List<FinishedCell> cells) {
        Map<String, FinishedCell> first = new LinkedHashMap<>();
        for (FinishedCell c : cells) {
            FinishedCell f = first.computeIfAbsent(c.dataset().key(), k -> c);
            if (!f.metric().equals(c.metric()) || f.classes() != c.classes()) {
                throw new InputException(
                        "data set " + c.dataset().key() + " is not the same everywhere: " + f.folder() + " has "
                                + f.classes() + " classes and " + f.metric() + ", " + c.folder() + " has " + c.classes()
                                + " and " + c.metric()
                                + ": give data sets of different content different names");
            }
        }
    }

    /**
     * One column per probe, one where it was trained row by row, and one where on boxes. Several if cells with the same
     * encoder, data set and probe differ in options other than the number of prototypes.
     */
    private Map<FinishedCell, Column> columns(List<FinishedCell> cells) {
        Map<FinishedCell, Column> columns = new LinkedHashMap<>();
        Map<String, List<FinishedCell>> byProbe = cells.stream()
                .collect(Collectors.groupingBy(
                        c -> c.probe() + (c.ofRows() ? " frames" : c.ofBoxes() ? " boxes" : ""),
                        LinkedHashMap::new,
                        Collectors.toList()));
        byProbe.forEach((probe, same) -> {
            SortedSet<String> differing = differingOptions(same);
            boolean apart = same.stream()
                    .collect(Collectors.groupingBy(
                            c -> List.of(c.encoder().key(), c.dataset().key())))
                    .values()
                    .stream()
                    .anyMatch(place -> !differingOptions(place).isEmpty());
            if (!apart && !differing.isEmpty()) {
                remarks.add("Options of " + probe + " differ between its cells: "
                        + same.stream().map(c -> named(c, differing)).distinct().collect(Collectors.joining(" or "))
                        + ".");
            }
            for (FinishedCell c : same) {
                String options = apart ? named(c, differing) : "";
                columns.put(c, new Column(c.probe(), options.isEmpty() ? probe : probe + " " + options));
            }
        });
        return columns;
    }

    private static SortedSet<String> differingOptions(List<FinishedCell> cells) {
        SortedSet<String> names = new TreeSet<>();
        cells.forEach(c -> names.addAll(c.otherOptions().keySet()));
        names.removeIf(name -> cells.stream()
                        .map(c -> String.valueOf(c.otherOptions().get(name)))
                        .distinct()
                        .count()
                == 1);
        return names;
    }

    private static String named(FinishedCell c, SortedSet<String> options) {
        return options.stream()
                .filter(c.otherOptions()::containsKey)
                .map(n -> n + "=" + c.otherOptions().get(n))
                .collect(Collectors.joining(" "));
    }

    /**
     * Of cells that differ only in the number of prototypes, the one with the paper's number, otherwise the one with
     * the largest.
     */
    private static FinishedCell shown(List<FinishedCell> place) {
        return place.stream()
                .max(Comparator.comparing((FinishedCell c) -> c.prototypes() == c.paperPrototypes())
                        .thenComparing(FinishedCell::prototypes))
                .orElseThrow();
    }

    private static int place(List<Name> names, Name name) {
        return names.stream().map(Name::key).toList().indexOf(name.key());
    }

    /** Adds one remark for all cells about the number of prototypes in the tables. */
    private void remarkPrototypes(List<Entry> entries, List<Entry> variants) {
        Map<String, Integer> cells = new LinkedHashMap<>();
        for (Entry shown : entries) {
            String others = variants.stream()
                    .filter(v -> v.column().equals(shown.column())
                            && v.cell()
                                    .encoder()
                                    .key()
                                    .equals(shown.cell().encoder().key())
                            && v.cell()
                                    .dataset()
                                    .key()
                                    .equals(shown.cell().dataset().key()))
                    .map(v -> String.valueOf(v.cell().prototypes()))
                    .collect(Collectors.joining(", "));
            if (!others.isEmpty()) {
                cells.merge(
                        "Tables show " + shown.column().label() + " with "
                                + shown.cell().prototypes() + " prototypes a class; " + others
                                + " prototypes are in the effect of J alone",
                        1,
                        Integer::sum);
            }
        }
        cells.forEach((text, n) -> remarks.add(text + " (" + n + (n == 1 ? " cell)." : " cells).")));
    }

    private List<String> probeOrder() {
        return runs.stream().flatMap(r -> r.grid().probes().stream()).distinct().toList();
    }

    private List<Name> names(
            List<FinishedCell> cells, Function<GridFile, List<Name>> planned, Function<FinishedCell, Name> of) {
        Map<String, Name> all = new LinkedHashMap<>();
        runs.forEach(r -> planned.apply(r.grid()).forEach(n -> all.putIfAbsent(n.key(), n)));
        cells.forEach(c -> all.putIfAbsent(of.apply(c).key(), of.apply(c)));
        return List.copyOf(all.values());
    }

    private List<String> missing(List<FinishedCell> cells) {
        Set<String> done = cells.stream()
                .map(c -> c.encoder().key() + "/" + c.dataset().key() + "/"
                        + c.folder().getFileName())
                .collect(Collectors.toSet());
        return runs.stream()
                .flatMap(r -> r.unfinished().stream())
                .distinct()
                .filter(path -> !done.contains(path))
                .toList();
    }

    private void remarkDifferences(List<FinishedCell> cells) {
        differing("Program versions", runs.stream().map(r -> r.grid().version()));
        differing(
                "Seeds a cell", cells.stream().map(c -> String.valueOf(c.seeds().size())));
        differing(
                "Trials a cell",
                cells.stream().map(c -> String.valueOf(c.search().trials())));
        cells.stream()
                .collect(Collectors.groupingBy(c -> c.dataset().key(), LinkedHashMap::new, Collectors.toList()))
                .forEach((dataset, same) -> differing(
                        "Test clips of " + dataset,
                        same.stream().map(c -> String.valueOf(c.clips().test()))));
    }

    private void differing(String what, Stream<String> values) {
        List<String> distinct = values.distinct().sorted().toList();
        if (distinct.size() > 1) {
            remarks.add(what + " differ: " + String.join(", ", distinct) + ".");
        }
    }
}
