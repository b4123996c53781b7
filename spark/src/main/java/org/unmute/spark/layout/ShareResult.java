package org.unmute.spark.layout;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a task that ended well tells the driver. The driver gets one for each share; attempts that lost are never named.
 *
 * @param number of the share
 * @param attempt folder with its files, as a URI
 * @param clips rows in the share's index, those with errors among them
 * @param errors how many of them have errors
 * @param seconds of sound embedded
 * @param bytes written, of all files
 * @param sha256 of each file, by its name in the folder; lower-case hexadecimal
 */
public record ShareResult(
        int number, String attempt, int clips, int errors, double seconds, long bytes, Map<String, String> sha256)
        implements Serializable {
    public ShareResult {
        sha256 = new TreeMap<>(sha256);
    }
}
