/** Recordings from the field: when and where each was made, tables of deployments, and what is odd about a site. */
package org.unmute.data.field;
