package org.unmute.data.provenance;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/**
 * The version of this program and the commit it was built from.
 *
 * @param version version of the program
 * @param commit the commit, or "unknown" if the build did not set it
 */
public record BuildInfo(String version, String commit) {

    /** Version and commit in one line. */
    public String line() {
        return version + " (commit " + commit + ")";
    }

    /** Reads the properties that the build writes into the jar. */
    public static BuildInfo read() {
        Properties p = new Properties();
        try (InputStream in = BuildInfo.class.getResourceAsStream("build.properties")) {
            p.load(in);
        } catch (IOException e) {
            throw new IllegalStateException("build.properties cannot be read from the jar", e);
        }
        String commit = p.getProperty("commit", "");
        return new BuildInfo(p.getProperty("version"), commit.isBlank() || commit.startsWith("$") ? "unknown" : commit);
    }
}
