package org.unmute.benchmark.grid;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.files.InputException;

/**
 * A benchmark: every probe on the tokens that each encoder produces for each data set. It is read from a TOML file with
 * the keys listed in docs/grid.md. Its contents do not depend on the environment, and paths are relative to the file.
 *
 * @param file the file it was read from
 * @param encoders in the order of the file
 * @param datasets in the order of the file
 * @param probes in the order of the file
 * @param protocol settings with which each cell is run
 */
public record Grid(
        Path file,
        List<EncoderEntry> encoders,
        List<DatasetEntry> datasets,
        List<ProbeEntry> probes,
        ProtocolSettings protocol) {
    public Grid {
        encoders = List.copyOf(encoders);
        datasets = List.copyOf(datasets);
        probes = List.copyOf(probes);
    }

    /**
     * Reads and checks a grid file. Does not check whether the files that it names exist; see {@link #missing()}.
     *
     * @throws IllegalArgumentException if its name does not end in {@code .toml}
     * @throws InputException naming file, line, key and value of the first error
     * @throws IOException if the file cannot be read
     */
    public static Grid read(Path file) throws IOException {
        return new GridReader(GridText.read(file)).read();
    }

    /**
     * The cells, sorted by encoder, data set and probe, each in the order of the file, without those that a probe
     * excludes.
     */
    public List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (EncoderEntry encoder : encoders) {
            for (DatasetEntry dataset : datasets) {
                EncoderEntry.EncoderChange change = dataset.encoders().get(encoder.name());
                EncoderEntry here = change == null ? encoder : encoder.with(change);
                probes.stream()
                        .filter(p -> p.runsOn(encoder, dataset))
                        .forEach(p -> cells.add(new Cell(here, dataset, p, protocol)));
            }
        }
        return cells;
    }

    /** The distinct files and folders that the grid names but that do not exist. */
    public List<Path> missing() {
        List<Path> named = new ArrayList<>();
        encoders.forEach(e -> e.file().ifPresent(named::add));
        for (DatasetEntry dataset : datasets) {
            switch (dataset.source()) {
                case DatasetEntry.OwnFiles own -> named.add(own.root());
                case DatasetEntry.Labelled labelled -> named.addAll(List.of(labelled.manifest(), labelled.audio()));
            }
        }
        return named.stream().distinct().filter(p -> !Files.exists(p)).toList();
    }
}
