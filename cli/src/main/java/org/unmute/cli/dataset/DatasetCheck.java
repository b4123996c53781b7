package org.unmute.cli.dataset;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.Part;
import org.unmute.data.set.Dataset;
import org.unmute.data.set.ReadOptions;
import org.unmute.data.set.Reading;

/**
 * What the folder of a data set holds.
 *
 * @param counts   clips of each part
 * @param document the same as JSON
 * @param remarks  what is missing, unusable or odd
 * @param folds    whether the data set has folds, of which the first was read as its test part
 */
public record DatasetCheck(ConsoleTable counts, Map<String, Object> document, List<String> remarks, boolean folds) {
    /**
     * Reads the parts of a data set.
     *
     * @param root its folder
     * @throws IOException if a file of the data set cannot be read
     */
    public static DatasetCheck of(Dataset set, Path root) throws IOException {
        ConsoleTable table =
                new ConsoleTable("part", "clips", "listed", "missing", "unusable", "published").decimals(0);
        Map<String, Object> json = new LinkedHashMap<>();
        List<String> remarks = new ArrayList<>();
        // Any number of clips may be missing: the command counts them.
        ReadOptions options =
                ReadOptions.DEFAULT.withMaxMissing(1).withFold(set.info().folds() > 0 ? 1 : 0);
        for (Part part : set.parts(root)) {
            Reading reading = set.read(root, part, options);
            Reading.Report report = reading.report();
            table.row(
                    part.label(),
                    reading.clips().size(),
                    report.listed(),
                    report.missing().size(),
                    report.unusable().size(),
                    DatasetTable.clips(set.info(), part));
            json.put(part.label(), reading.describe());
            Stream.of(
                            report.missing().stream().limit(5),
                            report.unusable().stream().limit(5),
                            report.remarks().stream())
                    .flatMap(lines -> lines)
                    .forEach(line -> remarks.add(part.label() + ": " + line));
        }
        return new DatasetCheck(table, json, remarks, set.info().folds() > 0);
    }

    /** Prints the counts and what is wrong. */
    public void print(PrintWriter o) {
        counts.print(o);
        if (folds) {
            o.println("test is fold 1");
        }
        if (!remarks.isEmpty()) {
            o.println();
        }
        remarks.forEach(o::println);
    }
}
