package org.unmute.data.field;

import java.time.LocalDateTime;

/**
 * How long a recorder was at its site, as a row of a table of deployments says.
 *
 * @param line  of the table, which tells periods apart
 * @param start first moment on the recorder's clock; null if the row does not say
 * @param end   last moment; null if the row does not say
 */
public record DeploymentPeriod(long line, LocalDateTime start, LocalDateTime end) {}
