package org.unmute.data.field;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.audio.place.RecordedTime;
import org.unmute.data.TextTable;
import org.unmute.files.Sha256;

/**
 * A table of deployments: CSV with the columns {@code site} or {@code folder} (a pattern such as {@code north/*}), and
 * {@code latitude}, {@code longitude}, {@code start}, {@code end}, {@code zone}, each of which may be missing.
 */
public final class Deployments implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final String sha256;
    private final ArrayList<Deployment> rows = new ArrayList<>();

    private Deployments(String file, String sha256) {
        this.file = file;
        this.sha256 = sha256;
    }

    /**
     * Reads a table.
     *
     * @throws org.unmute.data.MalformedTableException naming the line, if a field is malformed
     * @throws IOException if it cannot be read
     */
    public static Deployments read(Path file) throws IOException {
        Deployments read = new Deployments(file.toString(), Sha256.of(file));
        try (TextTable table = TextTable.open(file)) {
            if (table.find("site") < 0 && table.find("folder") < 0) {
                throw table.header("a table of deployments needs a column site or folder; it has " + table.columns());
            }
            table.forEach(row -> read.rows.add(Deployment.read(row)));
        }
        return read;
    }

    /** The file that was read, for messages. */
    String file() {
        return file;
    }

    /** Digest of the file. */
    String sha256() {
        return sha256;
    }

    /** The deployments that a recording belongs to: one, unless the table is at odds with itself or the recording. */
    List<Deployment> of(String recording, String site, RecordedTime time) {
        return rows.stream().filter(row -> row.holds(recording, site, time)).toList();
    }
}
