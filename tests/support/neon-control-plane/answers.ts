import {
  type Branch,
  type BranchResponse,
  type Endpoint,
  EndpointPoolerMode,
  EndpointState,
  EndpointType,
  type GeneralError,
  type Operation,
  type Project,
} from '@neondatabase/api-client';
import type { OperationRecord } from './operation-log.ts';
import type { BranchRecord, EndpointRecord, ProjectState } from './project-state.ts';

const region = 'aws-eu-central-1';

/** The JSON of a branch; the client's own types hold every field name and kind to Neon's description. */
export function branchAnswer(project: ProjectState, branch: BranchRecord): Branch {
  return {
    id: branch.id,
    project_id: project.id,
    ...(branch.parent === null ? {} : { parent_id: branch.parent }),
    name: branch.name,
    current_state: branch.state,
    ...(branch.state === 'ready' ? {} : { pending_state: 'ready' }),
    state_changed_at: branch.updatedAt.toISOString(),
    creation_source: 'console',
    primary: branch.default,
    default: branch.default,
    protected: branch.protected,
    cpu_used_sec: 0,
    compute_time_seconds: 0,
    active_time_seconds: 0,
    written_data_bytes: 0,
    data_transfer_bytes: 0,
    created_at: branch.createdAt.toISOString(),
    updated_at: branch.updatedAt.toISOString(),
    init_source: 'parent-data',
  };
}

export function branchAndOperations(
  project: ProjectState,
  { branch, operations }: { branch: BranchRecord; operations: readonly OperationRecord[] },
): BranchResponse & { operations: Operation[] } {
  return { branch: branchAnswer(project, branch), operations: operations.map((one) => operationAnswer(project, one)) };
}

export function endpointAnswer(project: ProjectState, endpoint: EndpointRecord): Endpoint {
  return {
    host: project.hostOf(endpoint),
    id: endpoint.id,
    project_id: project.id,
    branch_id: endpoint.branch,
    autoscaling_limit_min_cu: 0.25,
    autoscaling_limit_max_cu: 0.25,
    region_id: region,
    type: EndpointType.ReadWrite,
    current_state: EndpointState.Active,
    settings: {},
    pooler_enabled: false,
    pooler_mode: EndpointPoolerMode.Transaction,
    disabled: false,
    passwordless_access: true,
    creation_source: 'console',
    created_at: endpoint.createdAt.toISOString(),
    updated_at: endpoint.createdAt.toISOString(),
    proxy_host: 'localhost',
    suspend_timeout_seconds: 0,
    provisioner: 'k8s-neonvm',
  };
}

export function operationAnswer(project: ProjectState, operation: OperationRecord): Operation {
  return {
    id: operation.id,
    project_id: project.id,
    branch_id: operation.branch,
    ...(operation.endpoint === undefined ? {} : { endpoint_id: operation.endpoint }),
    action: operation.action,
    status: operation.status,
    ...(operation.error === undefined ? {} : { error: operation.error }),
    failures_count: operation.error === undefined ? 0 : 1,
    created_at: operation.createdAt.toISOString(),
    updated_at: operation.updatedAt.toISOString(),
    total_duration_ms: operation.updatedAt.getTime() - operation.createdAt.getTime(),
  };
}

export function projectAnswer(project: ProjectState): Project {
  const at = project.createdAt.toISOString();
  return {
    data_storage_bytes_hour: 0,
    data_transfer_bytes: 0,
    written_data_bytes: 0,
    compute_time_seconds: 0,
    active_time_seconds: 0,
    cpu_used_sec: 0,
    id: project.id,
    platform_id: 'aws',
    region_id: region,
    name: project.id,
    provisioner: 'k8s-neonvm',
    settings: { quota: { logical_size_bytes: project.branchLimitBytes } },
    pg_version: project.major,
    proxy_host: 'localhost',
    branch_logical_size_limit: 0,
    branch_logical_size_limit_bytes: 0,
    store_passwords: true,
    creation_source: 'console',
    history_retention_seconds: 21_600,
    created_at: at,
    updated_at: at,
    synthetic_storage_size: 30_000_000,
    consumption_period_start: at,
    consumption_period_end: at,
    owner_id: 'tests',
  };
}

export function errorAnswer(message: string): GeneralError {
  return { request_id: 'tests', code: '', message };
}
