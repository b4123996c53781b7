package org.unmute.data.field;

import java.io.Serializable;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.regex.PatternSyntaxException;

/** A pattern of paths of recordings below their folder, or of folders of theirs, such as {@code north/*}. */
final class FolderPattern implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String glob;
    private final transient PathMatcher matcher;

    /** @throws PatternSyntaxException if it is malformed */
    FolderPattern(String glob) {
        this.glob = glob;
        matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
    }

    /** Whether a recording, or a folder that it lies in, matches. */
    boolean matches(String file) {
        try {
            for (Path path = Path.of(file); path != null; path = path.getParent()) {
                if (matcher.matches(path)) {
                    return true;
                }
            }
        } catch (InvalidPathException e) {
            // a name from another system: no pattern of this one matches it
        }
        return false;
    }

    private Object readResolve() {
        return new FolderPattern(glob);
    }

    @Override
    public String toString() {
        return glob;
    }
}
