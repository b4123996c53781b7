package org.unmute.data.parquet;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.files.MalformedFileException;

/** Reads files in a virtual machine with a small heap and prints a line for each. */
final class SmallHeapProcess {
    private SmallHeapProcess() {}

    public static void main(String[] files) throws IOException {
        for (String file : files) {
            long start = System.nanoTime();
            String said;
            try (ParquetTable table = ParquetTable.open(Path.of(file))) {
                while (table.next() && table.row() < 1000) {
                    table.cells();
                }
                said = "read: " + table.names().size() + " columns";
            } catch (MalformedFileException e) {
                said = e.rule() + ": " + e.getMessage();
            } catch (OutOfMemoryError e) {
                said = "out of memory";
            }
            System.out.printf(
                    "%s|%s|%d ms%n", Path.of(file).getFileName(), said, (System.nanoTime() - start) / 1_000_000);
        }
    }
}
