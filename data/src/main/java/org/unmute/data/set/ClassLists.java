package org.unmute.data.set;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.unmute.data.LabelSet;

/** Class lists shipped with the program: one name per line; lines that begin with '#' state the source. */
final class ClassLists {
    private ClassLists() {}

    static LabelSet read(String name) {
        String resource = name + "-classes.txt";
        try (InputStream in = ClassLists.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(
                        "the resource " + resource + " is missing from the jar: the build is incomplete");
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            return LabelSet.of(lines.lines()
                    .filter(l -> !l.isBlank() && !l.startsWith("#"))
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
