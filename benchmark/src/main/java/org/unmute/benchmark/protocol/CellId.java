package org.unmute.benchmark.protocol;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * One cell of a benchmark: the names of an encoder, a data set and a probe. Each name is also a folder of the run.
 *
 * @param encoder short name of the encoder in this run
 * @param dataset short name of the data set in this run
 * @param probe name of the probe in this run; several may be of one type with different options
 */
public record CellId(String encoder, String dataset, String probe) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9+_=.,-]{1,80}");

    /** @throws IllegalArgumentException if a name is not valid for a folder */
    public CellId {
        for (String name : new String[] {encoder, dataset, probe}) {
            if (!NAME.matcher(name).matches() || name.startsWith(".")) {
                throw new IllegalArgumentException(
                        "benchmark: '" + name + "' cannot name a folder: use up to 80 letters, digits, + _ = . , -"
                                + " without a dot in front");
            }
        }
    }

    /** Folder of the cell inside the folder of the run. */
    public Path folder(Path run) {
        return run.resolve(encoder).resolve(dataset).resolve(probe);
    }

    /** {@code encoder/dataset/probe}. */
    @Override
    public String toString() {
        return encoder + "/" + dataset + "/" + probe;
    }
}
