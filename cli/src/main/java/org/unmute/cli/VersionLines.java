package org.unmute.cli;

import org.unmute.data.provenance.BuildInfo;
import picocli.CommandLine.IVersionProvider;

/** The lines of {@code --version}. */
final class VersionLines implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "unmute " + BuildInfo.read().line(),
            "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
        };
    }
}
