package org.unmute.cli.command;

import org.unmute.experiments.provenance.BuildInfo;
import picocli.CommandLine.IVersionProvider;

/** The lines of {@code --version}. */
public final class VersionLines implements IVersionProvider {
    @Override
    public String[] getVersion() {
        BuildInfo build = BuildInfo.read();
        return new String[] {
            "unmute " + build.version() + " (commit " + build.commit() + ")",
            "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
        };
    }
}
