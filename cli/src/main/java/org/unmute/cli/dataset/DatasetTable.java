package org.unmute.cli.dataset;

import java.util.List;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.Part;
import org.unmute.data.set.Dataset;
import org.unmute.data.set.DatasetInfo;

/** The data sets that are read from their own files. */
public final class DatasetTable {
    private DatasetTable() {}

    /** The table, a row for each data set. */
    public static ConsoleTable of(List<Dataset> sets) {
        ConsoleTable table = new ConsoleTable(
                        "name", "title", "classes", "train", "validation", "test", "metric", "seconds", "expects first")
                .decimals(0);
        for (Dataset set : sets) {
            DatasetInfo i = set.info();
            table.row(
                    i.name(),
                    i.title(),
                    known(i.classes()),
                    clips(i, Part.TRAIN),
                    clips(i, Part.VALIDATION),
                    clips(i, Part.TEST),
                    i.task().metric(),
                    i.clipSeconds() == 0 ? null : i.clipSeconds(),
                    firstFile(i));
        }
        return table;
    }

    private static Integer known(int number) {
        return number == 0 ? null : Integer.valueOf(number);
    }

    /** The published number of clips of a part; null if it is not known. */
    static Integer clips(DatasetInfo info, Part part) {
        return known(info.parts().getOrDefault(part, 0));
    }

    /** The first file or folder below the root of the data set. */
    private static String firstFile(DatasetInfo info) {
        return info.tree().lines().skip(1).findFirst().orElse("").strip().split("\\s{2,}| \\(")[0];
    }
}
